#include "distributed/pulse.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

constexpr int kSilentIntervals = 3;  // after which a process counts as lost
constexpr int kHeardIntervals = 5;   // in which another process has found the fault too
constexpr auto kStorePatience = std::chrono::seconds(5);

/// Runs a call in a thread, which is left alone if the call takes too long: a store in another network, or of a process
/// that was stopped, never answers.
/// Throws: what the call throws; Error if it takes longer than `limit`.
template <typename Call>
auto within(std::chrono::milliseconds limit, Call call) {
  std::packaged_task<decltype(call())()> task(std::move(call));
  auto result = task.get_future();
  std::thread(std::move(task)).detach();
  if (result.wait_for(limit) != std::future_status::ready) fail(ErrorKind::input, "the store does not answer");
  return result.get();
}

}  // namespace

/// The thread that writes the beats.
class Pulse::Thread {
 public:
  Thread(std::shared_ptr<BeatBoard> board, Duration interval) : ended_(state_->ended.get_future()) {
    std::thread([board = std::move(board), interval, state = state_] {
      for (std::unique_lock lock(state->mutex);
           !state->changed.wait_for(lock, interval, [&] { return state->ending; });) {
        lock.unlock();
        try {
          board->write();
        } catch (const std::exception&) {
          // The store is out of reach: the next call of all processes fails, and find_fault says so.
        }
        lock.lock();
      }
      state->ended.set_value();
    }).detach();
  }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  /// Ends the thread and waits for that, but not without end.
  void end(Duration limit) {
    {
      const std::lock_guard lock(state_->mutex);
      state_->ending = true;
    }
    state_->changed.notify_all();
    ended_.wait_for(limit);
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool ending = false;
    std::promise<void> ended;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::future<void> ended_;
};

Pulse::Pulse(const StorePtr& store, int rank, std::vector<std::string> hosts, Duration interval)
    : board_(std::make_shared<BeatBoard>(store->clone(), rank, std::move(hosts))),
      interval_(interval),
      patience_(kStorePatience) {
  board_->write();
  thread_ = std::make_unique<Thread>(board_, interval);
}

Pulse::~Pulse() { thread_->end(patience_); }

/// Asks the store. If it does not answer, it is not waited for again.
template <typename Call>
auto Pulse::ask(Call call) try {
  return within(patience_, std::move(call));
} catch (const std::exception&) {
  patience_ = {};
  throw;
}

void Pulse::set_position(std::string position) { board_->set_position(std::move(position)); }
void Pulse::begin_call() { board_->begin_call(); }
void Pulse::beat_now() { board_->write(); }

void Pulse::report(const std::string& error) noexcept try {
  ask([board = board_, error] { board->report(error); });
} catch (const std::exception&) {
  // Without the store, nobody can be told.
}

Fault Pulse::find_fault(const std::string& error) noexcept {
  Fault fault;
  try {
    const auto before = ask([board = board_] { return board->read_all(); });
    std::this_thread::sleep_for(kSilentIntervals * interval_);
    fault = ask([board = board_, before, error] { return board->find_fault(before, error); });
    // The first process may serve the store.
    if (board_->is_first())
      within(kHeardIntervals * interval_, [board = board_, before] { board->wait_for_others(before); });
  } catch (const std::exception&) {
    if (fault.line.empty())
      fault = {true, fmt::format("{} has lost rank 0 on host {}", board_->own_name(), board_->first_host())};
  }
  return fault;
}

}  // namespace reszoo::detail
