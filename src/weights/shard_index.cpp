#include "shard_index.h"

#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "reszoo/base/bytes.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

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
      taker.reject("is JSON, but no index of weights, it has no object \"weight_map\"");
  } catch (const nlohmann::json::exception& error) {
    taker.reject("is not JSON: {}", escaped(error.what(), 200));
  }
  auto pairs = taker.take();
  for (const auto& [key, name] : pairs) check_name(name, source);
  return pairs;
}

void check_is_whole(const fs::path& path) {
  static const std::regex pattern(R"((.*)-(\d+)-of-(\d+)(\.(?:safetensors|bin|pth?|ckpt)))");
  const auto name = path.filename().string();
  std::smatch part;
  if (!std::regex_match(name, part, pattern) || part[3].str().find_first_not_of('0') == std::string::npos) return;
  if (std::stoull("0" + part[3].str().substr(0, 9)) < 2) return;
  const auto index = part[1].str() + part[4].str() + ".index.json";
  fail(ErrorKind::file, "{}: is part {} of {} of a model; name its index {}{}", path.string(), part[2].str(),
       part[3].str(), index,
       fs::exists(path.parent_path() / index) ? "" : ", which is not in this folder: download it and all parts");
}

StateDict read_shards(const fs::path& path, const ReadOptions& options) {
  const auto source = path.string();
  const auto bytes = Bytes::map(path);
  std::map<std::string, StateDict> files;
  StateDict state("key");
  for (const auto& [key, name] : parse_index(bytes.view(), source)) {
    const auto file = path.parent_path() / name;
    if (!files.contains(name)) {
      if (!fs::exists(file))
        fail(ErrorKind::file, "{}: {} is not in its folder; download all parts of the model", source, escaped(name));
      files.emplace(name, read_weights(Bytes::map(file), file.string(), options));
    }
    const auto& tensors = files.at(name);
    if (!tensors.contains(key))
      fail(ErrorKind::file, "{}: {} does not have \"{}\"", source, escaped(name), escaped(key));
    if (state.contains(key)) fail(ErrorKind::file, "{}: key \"{}\" is there twice", source, escaped(key));
    state.insert(key, tensors[key]);
  }
  for (const auto& [name, tensors] : files)
    for (const auto& item : tensors)
      if (!state.contains(item.key()))
        fail(ErrorKind::file, "{}: {} has \"{}\", which the index does not name", source, escaped(name),
             escaped(item.key()));
  return state;
}

}  // namespace reszoo
