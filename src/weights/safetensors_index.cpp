#include "safetensors_index.h"

#include <map>
#include <nlohmann/json.hpp>

#include "reszoo/base/bytes.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/weights/safetensors.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostIndex = size_t{16} << 20;  // bytes
constexpr size_t kMostIndexValues = 1'000'000;   // including keys
constexpr int kMostIndexDepth = 8;

/// Collects the pairs of the weight map from the events of the JSON parser, because nlohmann's objects do not keep the
/// order of their keys.
class PairTaker {
 public:
  explicit PairTaker(const std::string& source) : source_(source) {}

  bool operator()(int depth, nlohmann::json::parse_event_t event, const nlohmann::json& value) {
    using Event = nlohmann::json::parse_event_t;
    if (++values_ > kMostIndexValues) reject("has more than {} values", kMostIndexValues);
    if (event == Event::key && depth == 1) inside_ = value == "weight_map";
    if (event == Event::key && depth == 1 && inside_ && ++maps_ > 1) reject("has two objects \"weight_map\"");
    if (event == Event::key && depth == 2 && inside_) pairs_.emplace_back(value.get<std::string>(), "");
    if (event == Event::value && depth == 2 && inside_ && !pairs_.empty()) {
      if (!value.is_string()) reject("the file of \"{}\" must be a text", escaped(pairs_.back().first));
      pairs_.back().second = value.get<std::string>();
    }
    return depth < kMostIndexDepth;
  }

  std::vector<std::pair<std::string, std::string>> take() { return std::move(pairs_); }

  template <typename... Args>
  [[noreturn]] void reject(fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorKind::file, "{}: {}", source_, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  const std::string& source_;
  bool inside_ = false;
  int maps_ = 0;
  size_t values_ = 0;
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// Checks that the name is that of a file in the folder of the index.
void check_name(const std::string& name, const std::string& source) {
  const bool path = name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos;
  if (path || name.empty() || name == "." || name == "..")
    fail(ErrorKind::file, "{}: \"{}\" is not the name of a file beside it", source, escaped(name));
}

}  // namespace

bool looks_like_index(std::string_view bytes) {
  const auto first = bytes.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && bytes[first] == '{' &&
         bytes.find("\"weight_map\"") != std::string_view::npos;
}

std::vector<std::pair<std::string, std::string>> parse_index(std::string_view text, const std::string& source) {
  PairTaker taker(source);
  if (text.size() > kMostIndex) taker.reject("has {} bytes, the limit for an index is {}", text.size(), kMostIndex);
  try {
    const auto watch = [&taker](int depth, auto event, const auto& value) { return taker(depth, event, value); };
    const auto index = nlohmann::json::parse(text, watch);
    if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object())
      taker.reject("is JSON, but no index of safetensors files, it has no object \"weight_map\"");
  } catch (const nlohmann::json::exception& error) {
    taker.reject("is not JSON: {}", escaped(error.what(), 200));
  }
  auto pairs = taker.take();
  for (const auto& [key, name] : pairs) check_name(name, source);
  return pairs;
}

StateDict read_safetensors_index(const fs::path& path) {
  const auto source = path.string();
  const auto bytes = Bytes::map(path);
  std::map<std::string, Safetensors> files;
  StateDict state("key");
  for (const auto& [key, name] : parse_index(bytes.view(), source)) {
    if (!files.contains(name)) files.emplace(name, read_safetensors(path.parent_path() / name));
    const auto& tensors = files.at(name).tensors;
    if (!tensors.contains(key))
      fail(ErrorKind::file, "{}: {} does not have \"{}\"", source, escaped(name), escaped(key));
    if (state.contains(key)) fail(ErrorKind::file, "{}: key \"{}\" is there twice", source, escaped(key));
    state.insert(key, tensors[key]);
  }
  for (const auto& [name, file] : files)
    for (const auto& item : file.tensors)
      if (!state.contains(item.key()))
        fail(ErrorKind::file, "{}: {} has \"{}\", which the index does not name", source, escaped(name),
             escaped(item.key()));
  return state;
}

}  // namespace reszoo
