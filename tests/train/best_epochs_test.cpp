#include "reszoo/train/best_epochs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "reszoo/base/atomic_file.h"
#include "reszoo/train/output_folder.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

std::vector<EpochRecord> history_of(const std::vector<double>& values) {
  std::vector<EpochRecord> history;
  for (const double value : values)
    history.push_back({.epoch = std::ssize(history) + 1, .metrics = {{"loss", 0}, {"f1", value}}});
  return history;
}

const Monitor kByF1{.name = "f1", .greater_is_better = true};

}  // namespace

TEST(BestEpochs, AreThoseWithTheBestMonitoredMetric) {
  const auto history = history_of({0.1, 0.9, std::nan(""), 0.5, 0.9});
  EXPECT_EQ(best_epochs(history, kByF1, 2), (std::vector<int64_t>{2, 5}));
  EXPECT_EQ(best_epochs(history, kByF1, 3), (std::vector<int64_t>{2, 4, 5}));
  EXPECT_EQ(best_epochs(history, {.name = "f1"}, 1), (std::vector<int64_t>{1}));
}

TEST(BestEpochs, AreTheLastOnesWithoutValidation) {
  auto history = history_of({0, 0, 0});
  for (auto& record : history) record.metrics.clear();
  EXPECT_EQ(best_epochs(history, kByF1, 2), (std::vector<int64_t>{2, 3}));
}

TEST(BestEpochs, FilesOfOtherEpochsAreRemoved) {
  const TempDir folder;
  const auto keep = [&](const std::vector<EpochRecord>& history) {
    keep_best_epochs(folder.path(), history, best_epochs(history, kByF1, 1),
                     [](const auto& path) { write_file(path, "weights"); });
  };
  const auto has = [&](const char* name) { return std::filesystem::exists(folder / name); };
  keep(history_of({0.1}));
  keep(history_of({0.1, 0.3}));
  EXPECT_FALSE(has("model-epoch-001.safetensors"));
  EXPECT_TRUE(has("model-epoch-002.safetensors"));
  keep(history_of({0.1, 0.3, 0.2}));
  EXPECT_FALSE(has("model-epoch-003.safetensors"));
  EXPECT_TRUE(has("model-epoch-002.safetensors"));
}

TEST(OutputFolder, AModelIsNotLostByAccident) {
  const TempDir folder;
  prepare_output_folder(folder / "run", /*resume=*/false, /*overwrite=*/false);
  write_file(folder / "run/model.safetensors", "weights");
  std::filesystem::create_directories(folder / "run/network-1");
  expect_error_parts(ErrorKind::usage, {"run", "holds a model already"},
                     [&] { prepare_output_folder(folder / "run", false, false); });
  prepare_output_folder(folder / "run", false, /*overwrite=*/true);
  EXPECT_TRUE(std::filesystem::exists(folder / "run/model.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(folder / "run/network-1"));
  expect_error_parts(ErrorKind::file, {"checkpoint.safetensors", "no checkpoint"},
                     [&] { prepare_output_folder(folder / "run", /*resume=*/true, false); });
}
