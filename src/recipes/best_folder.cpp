#include "best_folder.h"

#include <limits>
#include <sstream>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

namespace fs = std::filesystem;
using Line = nlohmann::ordered_json;

FitRecord record_of(const Line& line) {
  const auto& value = line.at("value");
  return {.candidate = line.at("candidate"),
          .fold = line.at("fold"),
          .value = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>(),
          .seconds = line.at("seconds"),
          .used = line.at("used")};
}

fs::path model_file(fs::path folder) {
  folder += ".safetensors";
  return folder;
}

/// Throws for the first setting that differs.
void check_same(const std::string& path, const Line& was, const Line& is) {
  for (const auto& [name, value] : is.items())
    if (!was.contains(name) || was.at(name) != value)
      fail(ErrorKind::usage, "{}: cannot resume: {} was {}, got {}; repeat the settings of that run or start a new one",
           path, name, was.contains(name) ? was.at(name).dump() : "not set", value.dump());
}

}  // namespace

BestFolder::BestFolder(const fs::path& out, const Line& settings, bool resume) {
  if (out.empty()) return;
  folder_ = out / "best";
  const auto path = folder_ / "fits.jsonl";
  if (!resume || !fs::exists(path)) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write({{"settings", settings}});
    return;
  }
  std::istringstream lines(read_file(path));
  for (std::string text; std::getline(lines, text); text_ += text + "\n") {
    const auto line = Line::parse(text);
    used_ = line.value("used", used_);
    if (line.contains("settings")) check_same(path.string(), line.at("settings"), settings);
    if (line.contains("candidate")) earlier_.push_back(record_of(line));
  }
}

fs::path BestFolder::folder_of(int64_t candidate, int64_t fold) const {
  return folder_.empty() ? folder_ : folder_ / fmt::format("candidate-{:03}-fold-{}", candidate, fold + 1);
}

Model BestFolder::load(const FitRecord& record) const {
  return Model::load(model_file(folder_of(record.candidate, record.fold)));
}

void BestFolder::add(const FitRecord& record, const Model* model) {
  if (folder_.empty()) return;
  const auto folder = folder_of(record.candidate, record.fold);
  if (model != nullptr) model->save(model_file(folder));
  write({{"candidate", record.candidate},
         {"fold", record.fold},
         {"value", record.value},
         {"seconds", record.seconds},
         {"used", record.used}});
  fs::remove_all(folder);
}

void BestFolder::add_used(double used) {
  if (!folder_.empty()) write({{"used", used}});
}

void BestFolder::write(const Line& line) {
  text_ += line.dump() + "\n";
  write_file(folder_ / "fits.jsonl", text_);
}

}  // namespace reszoo::detail
