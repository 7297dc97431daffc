#include "distributed/pulse.h"

#include <optional>
#include <torch/csrc/distributed/c10d/HashStore.hpp>

#include "support/support.h"

using namespace reszoo;
using reszoo::detail::Beat;
using reszoo::detail::Fault;
using reszoo::detail::Pulse;

namespace {

constexpr auto kInterval = std::chrono::milliseconds(30);

/// Three processes of a group that share a store.
struct Three {
  c10::intrusive_ptr<c10d::Store> store = c10::make_intrusive<c10d::HashStore>();
  std::array<std::optional<Pulse>, 3> ranks;

  Three() {
    for (int rank = 0; rank < 3; ++rank)
      ranks[static_cast<size_t>(rank)].emplace(store, rank, std::vector<std::string>{"a", "b", "c"}, kInterval);
  }
  Pulse& operator[](size_t rank) { return *ranks.at(rank); }
  std::string name(int rank, const std::string& position = "") const {
    return fmt::format("rank {} on host {}{}", rank, "abc"[rank], position.empty() ? "" : " at " + position);
  }
};

}  // namespace

TEST(Pulse, ABeatIsOneLineOfText) {
  const Beat beat{.count = 7, .calls = 12, .host = "node7", .position = "epoch 1, step 31"};
  const auto read = Beat::parse(beat.text());
  EXPECT_EQ(read.text(), beat.text());
  EXPECT_EQ(read.position, beat.position);
  EXPECT_EQ(Beat::parse("3 0 node7 ").position, "");
}

TEST(Pulse, NamesTheRankWhoseBeatsHaveStopped) {
  Three three;
  three[1].set_position("epoch 1, step 31");
  three[1].beat_now();
  three.ranks[1].reset();
  const auto fault = three[2].find_fault("the connection was closed");
  EXPECT_TRUE(fault.lost);
  EXPECT_EQ(fault.line, three.name(1, "epoch 1, step 31") + " was lost");
  // The next survivor believes the first, though that one has ended meanwhile.
  three.ranks[2].reset();
  EXPECT_EQ(three[0].find_fault("the connection was closed").line, fault.line);
}

TEST(Pulse, NamesTheRankThatAllOthersWaitFor) {
  Three three;
  for (const size_t rank : {0, 2}) three[rank].begin_call();
  const auto fault = three[0].find_fault("timed out");
  EXPECT_TRUE(fault.lost);
  EXPECT_EQ(fault.line, three.name(1) + " did not come in time");
}

TEST(Pulse, TellsTheErrorOfAProcessThatHasEnded) {
  Three three;
  three[1].report("a.jpg: damaged");
  three.ranks[1].reset();
  const auto fault = three[0].find_fault("the connection was closed");
  EXPECT_FALSE(fault.lost);
  EXPECT_EQ(fault.line, three.name(1) + ": a.jpg: damaged");
}

TEST(Pulse, WithoutALostRankTheErrorIsTold) {
  Three three;
  const auto fault = three[0].find_fault("out of memory");
  EXPECT_FALSE(fault.lost);
  EXPECT_EQ(fault.line, three.name(0) + ": out of memory");
}
