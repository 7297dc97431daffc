// Gathering calls into batches, and refusing them.
#include "reszoo/serve/call_queue.h"

#include <gtest/gtest.h>

#include <thread>

using namespace reszoo;
using namespace std::chrono_literals;

namespace {

/// A call that writes down why it failed.
Call call_of(std::vector<Refusal>& refusals, ServeClock::time_point deadline = ServeClock::time_point::max()) {
  return {.read = {},
          .answer = {},
          .fail =
              [&refusals](const std::exception_ptr& error) {
                try {
                  std::rethrow_exception(error);
                } catch (const Refused& refused) {
                  refusals.push_back(refused.why());
                }
              },
          .deadline = deadline};
}

Refusal refusal_of(CallQueue& queue, Call call) {
  try {
    queue.put(std::move(call));
  } catch (const Refused& refused) {
    return refused.why();
  }
  ADD_FAILURE() << "the call was taken";
  return Refusal::late;
}

}  // namespace

TEST(CallQueue, TakesWhatIsThereUpToTheLargestBatch) {
  CallQueue queue(10, 3, 0us);
  std::vector<Refusal> refusals;
  for (int i = 0; i < 5; ++i) queue.put(call_of(refusals));
  EXPECT_EQ(queue.take().size(), 3u);
  EXPECT_EQ(queue.take().size(), 2u);
  EXPECT_EQ(queue.size(), 0u);
}

TEST(CallQueue, RefusesMoreThanItsLimit) {
  CallQueue queue(2, 8, 0us);
  std::vector<Refusal> refusals;
  for (int i = 0; i < 2; ++i) queue.put(call_of(refusals));
  EXPECT_EQ(refusal_of(queue, call_of(refusals)), Refusal::full);
  EXPECT_EQ(queue.take().size(), 2u);
  queue.put(call_of(refusals));  // there is room again
}

TEST(CallQueue, ABatchWaitsForOthersNoLongerThanItMay) {
  CallQueue queue(10, 3, 50ms);
  std::vector<Refusal> refusals;
  const auto begin = ServeClock::now();
  queue.put(call_of(refusals));
  queue.put(call_of(refusals));
  EXPECT_EQ(queue.take().size(), 2u);
  EXPECT_GE(ServeClock::now() - begin, 50ms);
}

TEST(CallQueue, AFullBatchDoesNotWait) {
  CallQueue queue(10, 3, 1h);
  std::vector<Refusal> refusals;
  std::vector<size_t> taken;
  std::thread taker([&] { taken.push_back(queue.take().size()); });
  for (int i = 0; i < 3; ++i) queue.put(call_of(refusals));
  taker.join();
  EXPECT_EQ(taken, std::vector<size_t>{3});
}

TEST(CallQueue, FailsOnlyTheCallsThatAreLate) {
  CallQueue queue(10, 8, 1h);
  std::vector<Refusal> refusals;
  queue.put(call_of(refusals, ServeClock::now() - 1s));
  queue.put(call_of(refusals));
  queue.expire();
  EXPECT_EQ(refusals, std::vector<Refusal>{Refusal::late});
  EXPECT_EQ(queue.size(), 1u);
}

TEST(CallQueue, AnswersWhatWaitsAfterItIsStopped) {
  CallQueue queue(10, 8, 1h);
  std::vector<Refusal> refusals;
  queue.put(call_of(refusals));
  queue.stop();
  EXPECT_EQ(refusal_of(queue, call_of(refusals)), Refusal::stopping);
  EXPECT_EQ(queue.take().size(), 1u);
  EXPECT_TRUE(queue.take().empty());
}
