// Tensors in temporary files.
#include "reszoo/base/spilled.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>

#include "reszoo/base/error.h"
#include "reszoo/base/limited_parallel.h"

using namespace reszoo;

TEST(Spilled, KeepsItsValuesWhenItsPagesAreReleased) {
  const auto values = torch::arange(100'000, torch::kFloat64).view({4, 25'000});
  const auto spilled = spilled_empty({4, 25'000}, torch::kFloat64);
  EXPECT_EQ(spilled.abs().sum().item<double>(), 0);
  spilled.copy_(values);
  release_pages(spilled);
  EXPECT_TRUE(spilled.equal(values));
  const auto row = spilled[2];
  row.add_(1);
  release_pages(row);
  EXPECT_TRUE(spilled[2].equal(values[2] + 1));
}

TEST(Spilled, OtherTensorsAreLeftAlone) {
  const auto values = torch::arange(100'000, torch::kFloat64);
  const auto copy = values.clone();
  release_pages(values);
  release_pages({});
  EXPECT_TRUE(values.equal(copy));
  EXPECT_FALSE(is_spilled(values));
  EXPECT_TRUE(spilled_like(values, copy).is_same(copy));
  const auto spilled = spilled_like(spilled_empty({1}, torch::kFloat64), copy);
  EXPECT_TRUE(is_spilled(spilled) && is_spilled(spilled.narrow(0, 5, 2)) && spilled.equal(copy));
}

TEST(Spilled, RoomIsMappedIfItIsLargeAndRowsMayBeAskedFor) {
  EXPECT_FALSE(is_spilled(room_for({100, 3}, torch::kFloat, 1200)));
  const auto room = room_for({100, 3}, torch::kFloat, 1199);
  EXPECT_TRUE(is_spilled(room));
  room.copy_(torch::arange(300, torch::kFloat).view({100, 3}));
  release_pages(room);
  want_rows(room, 10, 50);
  want_rows(room, 0, 0);
  want_rows(torch::zeros({5}), 0, 5);
  want_rows({}, 0, 5);
  EXPECT_EQ(room[10][0].item<float>(), 30);
}

TEST(Spilled, ColumnsGrowOnSeveralThreads) {
  SpilledColumns columns(3);
  for (int64_t part = 0; part < 50; ++part)
    limited_parallel(3, 3, [&](int64_t column) {
      columns.append(column, torch::arange(part * 1000, (part + 1) * 1000, torch::kInt64) * (column + 1));
    });
  for (int64_t column = 0; column < 3; ++column)
    EXPECT_TRUE(columns.column(column, torch::kInt64).equal(torch::arange(50'000, torch::kInt64) * (column + 1)));
  EXPECT_EQ(SpilledColumns(2).column(1, torch::kFloat64).numel(), 0);
}

TEST(Spilled, ATemporaryFolderWithoutRoomIsNamed) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before ? before : "";
  ::setenv("TMPDIR", "/", 1);
  const auto refused = [] { (void)spilled_empty({int64_t{1} << 50}, torch::kFloat64); };
  try {
    refused();
    ADD_FAILURE() << "there is no such disk";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::file);
    EXPECT_NE(std::string(error.what()).find("TMPDIR names another folder"), std::string::npos) << error.what();
  }
  if (before) ::setenv("TMPDIR", kept.c_str(), 1);
  else ::unsetenv("TMPDIR");
}

TEST(LimitedParallel, ThrowsTheErrorOfTheFirstTaskAfterAll) {
  for (const int64_t workers : {1, 2, 5}) {
    std::vector<int> done(20, 0);
    try {
      limited_parallel(20, workers, [&](int64_t task) {
        done[static_cast<size_t>(task)] = 1;
        if (task % 7 == 3) fail(ErrorKind::input, "task {}", task);
      });
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "task 3");
    }
    EXPECT_EQ(std::count(done.begin(), done.end(), 1), 20);
  }
}
