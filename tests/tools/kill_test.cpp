// Runs that are killed at random moments, again and again, end as the run that was not: to the bit.
//
// RESZOO_KILLS is how often, 30 unless it is set; RESZOO_KILLS_SEED chooses the moments.
#include <csignal>
#include <cstdlib>

#include "reszoo/base/random.h"
#include "reszoo/weights/model_file.h"
#include "small_data.h"
#include "support/jpeg.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

int64_t number_from(const char* variable, int64_t usual) {
  const auto* text = std::getenv(variable);
  return text ? std::atoll(text) : usual;
}

/// Folders `bright` and `dark` of small JPEG files of several sizes.
void put_jpegs(const fs::path& folder) {
  for (int i = 0; i < 40; ++i) {
    const auto* name = i % 2 ? "bright" : "dark";
    const size_t width = 14 + static_cast<size_t>(i % 5);
    std::vector<uint8_t> pixels(3 * width * 15);
    for (size_t p = 0; p < pixels.size(); ++p)
      pixels[p] = static_cast<uint8_t>((i % 2) * 100 + (i * 31 + static_cast<int>(p) * 17) % 120);
    fs::create_directories(folder / name);
    write_file(folder / name / fmt::format("{:02}.jpg", i), jpeg(pixels, static_cast<int>(width)));
  }
}

/// A line of the log, or the position in a checkpoint, without times.
template <typename Json>
Json timeless(Json json) {
  for (const auto* key : {"seconds", "items_per_second", "epoch_seconds"}) json.erase(key);
  return json;
}

std::vector<nlohmann::ordered_json> log_of(const fs::path& folder) {
  std::vector<nlohmann::ordered_json> lines;
  std::istringstream stream(read_file(folder / "log.jsonl"));
  for (std::string line; std::getline(stream, line);) lines.push_back(timeless(nlohmann::ordered_json::parse(line)));
  return lines;
}

Words files_of(const fs::path& folder) {
  Words names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// All that both runs left: files, models by the byte, every tensor and number of the checkpoint, the log.
void expect_same_end(const fs::path& a, const fs::path& b) {
  ASSERT_EQ(files_of(a), files_of(b));
  for (const auto& name : files_of(a))
    if (name.starts_with("model")) EXPECT_TRUE(read_file(a / name) == read_file(b / name)) << name;
  const auto one = read_model_file(a / "checkpoint.safetensors"), other = read_model_file(b / "checkpoint.safetensors");
  EXPECT_EQ(timeless(one.card["position"]), timeless(other.card["position"]));
  ASSERT_EQ(one.tensors.keys(), other.tensors.keys());
  for (const auto& item : one.tensors) EXPECT_TRUE(torch::equal(item.value(), other.tensors[item.key()])) << item.key();
  EXPECT_EQ(log_of(a), log_of(b));
}

/// A moment: somewhere behind the first line, or about when a checkpoint is written.
RunOptions killed(Random& random, const std::string& out) {
  const auto checkpoint = out + "/checkpoint.safetensors";
  if (random.chance(0.3))
    return {.signal_when_writing = checkpoint, .signal_after = random.between(0, 0.02), .signal = SIGKILL};
  return {.signal_when = "rows to train on", .signal_after = random.between(0, 0.8), .signal = SIGKILL};
}

/// Runs to the end, killed as often as it takes to come there and at most `kills` times; returns how often.
int64_t run_killed(const Words& command, const std::string& out, Random& random, int64_t kills) {
  fs::create_directories(out);
  for (int64_t done = 0;; ++done) {
    const bool begun = fs::exists(out + "/checkpoint.safetensors");
    const auto words = command + Words{begun ? "--resume" : "--overwrite"};
    const auto result = run_tool(words, done < kills ? killed(random, out) : RunOptions{});
    if (result.code == 0) return done;
    EXPECT_EQ(result.code, -SIGKILL) << result.err;
    if (result.code != -SIGKILL) return kills;
  }
}

void expect_survives_kills(const TempDir& folder, const Words& more) {
  const auto data = (folder / "data").string(), whole = (folder / "whole").string();
  expect_success(chancy_run(data, whole, more));
  Random random(static_cast<uint64_t>(number_from("RESZOO_KILLS_SEED", 1)));
  const auto kills = number_from("RESZOO_KILLS", 30) / 2;  // each of two kinds of images
  for (int64_t done = 0, run = 0; done < kills && !testing::Test::HasFailure(); ++run) {
    const auto out = (folder / fmt::format("cut-{}", run)).string();
    done += run_killed(chancy_run(data, out, more), out, random, kills - done);
    SCOPED_TRACE(out);
    expect_same_end(whole, out);
    fs::remove_all(out);
  }
}

}  // namespace

TEST(Kills, OfARunOnIdxImagesLeaveNoTrace) {
  const TempDir folder;
  put_images(folder / "data");
  expect_survives_kills(folder, {"--train-crop-mode", "padded:1", "--hflip", "0.5"});
}

TEST(Kills, OfARunOnJpegFilesLeaveNoTrace) {
  const TempDir folder;
  put_jpegs(folder / "data");
  expect_survives_kills(folder, {"--img-size", "12", "--train-crop-mode", "resized:0.3,1", "--test", "0.1"});
}
