// Messages between processes, and what is said when one is missing.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

#include "processes.h"
#include "reszoo/base/error.h"
#include "reszoo/distributed/connect.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

const KnownScenario kMessages("messages", [](const auto& group, const auto&) {
  const int rank = group->rank(), size = group->size();
  auto sum = torch::full({3}, rank + 1.0);
  group->all_reduce(sum);
  EXPECT_EQ(sum[0].template item<double>(), size * (size + 1) / 2.0);
  const auto shared = torch::full({2, 3}, rank).t();  // not contiguous
  group->broadcast({shared}, size - 1);
  EXPECT_TRUE((shared == size - 1).all().template item<bool>());
  const auto texts = group->gather(std::string(static_cast<size_t>(rank), 'x'));
  EXPECT_EQ(texts.size(), static_cast<size_t>(size));
  for (int i = 0; i < size; ++i) EXPECT_EQ(texts[static_cast<size_t>(i)].size(), static_cast<size_t>(i));
  const auto rows = group->gather(torch::full({rank, 2}, rank));
  EXPECT_EQ(rows.size(0), size * (size - 1) / 2);
  EXPECT_EQ(rows[-1][0].template item<int64_t>(), size - 1);
  const auto other = group->exchange(torch::full({5}, rank), rank ^ 1);
  EXPECT_EQ(other[4].template item<int64_t>(), rank ^ 1);
  EXPECT_TRUE(group->any(rank == 1));
  EXPECT_FALSE(group->any(false));
  group->barrier();
});

const KnownScenario kEndless("endless", [](const auto& group, const auto&) {
  while (true) {
    group->set_position("epoch 2, step 31");
    auto sum = torch::ones({1000});
    group->all_reduce(sum);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
});

/// Expects that the processes but `lost` end with 1 and say `part`.
void expect_lost(const std::vector<Ended>& ended, size_t lost, const std::string& part) {
  for (size_t rank = 0; rank < ended.size(); ++rank) {
    if (rank == lost) continue;
    EXPECT_EQ(ended[rank].code, 1) << rank << ended[rank].out;
    EXPECT_NE(ended[rank].out.find(part), std::string::npos) << rank << ": " << ended[rank].out;
    EXPECT_NE(ended[rank].out.find("at epoch 2, step 31"), std::string::npos) << rank << ": " << ended[rank].out;
  }
}

}  // namespace

TEST(Group, MessagesArriveInTwoAndFourProcesses) {
  expect_processes(2, "messages", {});
  expect_processes(4, "messages", {});
}

TEST(Group, AKilledProcessIsNamedByTheOthers) {
  for (const size_t lost : {2, 0}) {
    const auto ended = run_processes("endless", {}, {.size = 3, .meanwhile = [&](const auto& ids) {
                                                       std::this_thread::sleep_for(std::chrono::seconds(8));
                                                       ::kill(ids[lost], SIGKILL);
                                                     }});
    expect_lost(ended, lost, fmt::format("rank {} on host ", lost));
  }
}

TEST(Group, AStoppedProcessIsNamedWithinTheTimeout) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<int> processes;
  const auto ended = run_processes("endless", {}, {.size = 3, .timeout = 5, .meanwhile = [&](const auto& ids) {
                                                     std::this_thread::sleep_for(std::chrono::seconds(8));
                                                     ::kill(ids[1], SIGSTOP);
                                                     std::this_thread::sleep_for(std::chrono::seconds(20));
                                                     ::kill(ids[1], SIGKILL);
                                                   }});
  expect_lost(ended, 1, "rank 1 on host ");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST(Group, AProcessThatDoesNotComeIsNamed) {
  const auto ended = run_processes("messages", {}, {.size = 3, .started = 2, .timeout = 3});
  for (const auto& process : ended) {
    EXPECT_EQ(process.code, 1);
    EXPECT_NE(process.out.find("1 of 3 processes did not come within 3 s: rank 2"), std::string::npos) << process.out;
  }
}

TEST(Group, PlacesThatCannotBeAreRefused) {
  expect_error(ErrorKind::usage, "rank must be from 0 to 1, got 2",
               [] { connect({.rank = 2, .size = 2, .address = "localhost", .port = 1}); });
  expect_error(ErrorKind::usage, "need an address and a port", [] { connect({.rank = 0, .size = 2}); });
  const ProcessPlace place{.rank = 0, .size = 1, .address = "127.0.0.1", .port = 29999};
  expect_error(ErrorKind::usage, "backend must be auto, gloo or nccl, got mpi",
               [&] { connect(place, {.backend = "mpi"}); });
  expect_error(ErrorKind::usage, "no network interface nowhere0",
               [&] { connect(place, {.backend = "gloo", .interface = "nowhere0"}); });
}
