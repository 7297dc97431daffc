// Runs that are killed at random moments, again and again, end as the run that was not: to the bit.
//
// RESZOO_KILLS is how often, 8 unless it is set; RESZOO_KILLS_SEED chooses the moments.
#include <csignal>
#include <cstdlib>

#include "reszoo/base/random.h"
#include "run_end.h"
#include "small_jpegs.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

int64_t number_from(const char* variable, int64_t usual) {
  const auto* text = std::getenv(variable);
  return text ? std::atoll(text) : usual;
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
  const auto kills = number_from("RESZOO_KILLS", 8) / 2;  // each of two kinds of images
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
