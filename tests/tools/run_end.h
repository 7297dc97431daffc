// What a run leaves at its end.
#pragma once
#include <sstream>

#include "reszoo/weights/model_file.h"
#include "small_data.h"

namespace reszoo::test {

/// A line of the log, or the position in a checkpoint, without times.
template <typename Json>
Json timeless(Json json) {
  for (const auto* key : {"seconds", "items_per_second", "epoch_seconds"}) json.erase(key);
  return json;
}

inline std::vector<nlohmann::ordered_json> log_of(const std::filesystem::path& folder) {
  std::vector<nlohmann::ordered_json> lines;
  std::istringstream stream(read_file(folder / "log.jsonl"));
  for (std::string line; std::getline(stream, line);) lines.push_back(timeless(nlohmann::ordered_json::parse(line)));
  return lines;
}

inline Words files_of(const std::filesystem::path& folder) {
  Words names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// All that both runs left: files, models by the byte, every tensor and number of the checkpoint, the log.
inline void expect_same_end(const std::filesystem::path& a, const std::filesystem::path& b) {
  ASSERT_EQ(files_of(a), files_of(b));
  for (const auto& name : files_of(a))
    if (name.starts_with("model")) EXPECT_TRUE(read_file(a / name) == read_file(b / name)) << name;
  const auto one = read_model_file(a / "checkpoint.safetensors"), other = read_model_file(b / "checkpoint.safetensors");
  EXPECT_EQ(timeless(one.card["position"]), timeless(other.card["position"]));
  ASSERT_EQ(one.tensors.keys(), other.tensors.keys());
  for (const auto& item : one.tensors) EXPECT_TRUE(torch::equal(item.value(), other.tensors[item.key()])) << item.key();
  EXPECT_EQ(log_of(a), log_of(b));
}

}  // namespace reszoo::test
