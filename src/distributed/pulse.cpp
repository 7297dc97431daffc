#include "distributed/pulse.h"

#include <algorithm>
#include <sstream>

#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto kBeat = 1s;
constexpr auto kListen = 3500ms;  // three beats and some delay
constexpr const char* kLost = "lost";

std::string beat_key(int rank) { return fmt::format("beat/{}", rank); }
std::string heard_key(int rank) { return fmt::format("heard/{}", rank); }

}  // namespace

Pulse::Pulse(StorePtr store, int rank, std::vector<std::string> hosts)
    : store_(std::move(store)), rank_(rank), hosts_(std::move(hosts)) {
  write(*store_);
  thread_ = std::thread([this] { run(); });
}

Pulse::~Pulse() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void Pulse::begin_call() {
  const std::lock_guard lock(mutex_);
  ++calls_;
}

void Pulse::set_position(std::string position) {
  const std::lock_guard lock(mutex_);
  position_ = std::move(position);
}

void Pulse::write(c10d::Store& store) {
  std::string beat;
  {
    const std::lock_guard lock(mutex_);
    beat = fmt::format("{} {}", ++count_, calls_);
  }
  store.set(beat_key(rank_), beat);
}

void Pulse::run() {
  // A store of its own: that of the other calls is locked while one of them waits.
  StorePtr store;
  try {
    store = store_->clone();
  } catch (const std::exception&) {
    return;
  }
  while (true) {
    try {
      write(*store);
    } catch (const std::exception&) {  // the store is lost: `lost` says so
      return;
    }
    std::unique_lock lock(mutex_);
    if (ended_.wait_for(lock, kBeat, [this] { return ending_; })) return;
  }
}

std::vector<Pulse::Beat> Pulse::read() {
  std::vector<Beat> beats(hosts_.size());
  for (size_t rank = 0; rank < beats.size(); ++rank)
    if (store_->check({beat_key(static_cast<int>(rank))})) {
      std::istringstream text(store_->get_to_str(beat_key(static_cast<int>(rank))));
      text >> beats[rank].count >> beats[rank].calls;
    }
  return beats;
}

std::string Pulse::find_lost() {
  const auto before = read();
  std::this_thread::sleep_for(kListen);
  const auto after = read();
  std::vector<size_t> lost;
  for (size_t rank = 0; rank < after.size(); ++rank)
    if (after[rank].count == before[rank].count) lost.push_back(rank);
  const char* what = "was lost";
  if (lost.empty()) {
    what = "did not answer";
    const auto most = std::ranges::max_element(after, {}, &Beat::calls)->calls;
    for (size_t rank = 0; rank < after.size(); ++rank)
      if (after[rank].calls < most) lost.push_back(rank);
  }
  if (lost.empty()) return "a process was lost";
  std::vector<std::string> names;
  for (const auto rank : lost) names.push_back(fmt::format("rank {} on host {}", rank, hosts_[rank]));
  return fmt::format("{} {}", fmt::join(names, ", "), what);
}

/// Rank 0 may serve the store: it stays until the others have read it.
void Pulse::wait_for_others() {
  store_->set(heard_key(rank_), "yes");
  if (rank_ != 0) return;
  const auto before = read();
  std::this_thread::sleep_for(kListen);
  const auto after = read();
  for (int rank = 1; rank < static_cast<int>(after.size()); ++rank)
    if (const auto i = static_cast<size_t>(rank); after[i].count != before[i].count) try {
        store_->wait({heard_key(rank)}, 10s);
      } catch (const std::exception&) {
        continue;
      }
}

std::string Pulse::lost() {
  std::string position;
  {
    const std::lock_guard lock(mutex_);
    if (!position_.empty()) position = " at " + position_;
  }
  std::string what;
  try {
    what = store_->check({kLost}) ? store_->get_to_str(kLost) : find_lost();
    if (!store_->check({kLost})) store_->set(kLost, what);
    what = store_->get_to_str(kLost);
    wait_for_others();
  } catch (const std::exception&) {
    if (what.empty()) what = fmt::format("rank 0 on host {} was lost", hosts_.front());
  }
  return what + position;
}

}  // namespace reszoo::detail
