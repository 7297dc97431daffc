#include "distributed/pulse.h"

#include <algorithm>
#include <sstream>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo::detail {
namespace {

constexpr int kSilentIntervals = 3;                                      // after which a process counts as lost
constexpr int kHeardIntervals = 10;                                      // in which another process reads a fault
constexpr auto kStoreTimeout = std::chrono::seconds(5);                  // of one request
const std::string kFault = "fault", kLost = "lost ", kEnded = "ended ";  // the first word of its value

std::string key_of(int rank) { return fmt::format("pulse/{}", rank); }
std::string heard_key(int rank) { return fmt::format("heard/{}", rank); }

}  // namespace

std::string Beat::text() const { return fmt::format("{} {} {} {}", count, calls, host, position); }

Beat Beat::parse(const std::string& text) {
  Beat beat;
  std::istringstream stream(text);
  stream >> beat.count >> beat.calls >> beat.host;
  std::getline(stream >> std::ws, beat.position);
  return beat;
}

std::string name_of(int rank, const Beat& beat) {
  auto name = fmt::format("rank {}", rank);
  if (!beat.host.empty()) name += " on host " + beat.host;
  return beat.position.empty() ? name : name + " at " + beat.position;
}

Beat read_beat(c10d::Store& store, int rank) {
  return store.check({key_of(rank)}) ? Beat::parse(store.get_to_str(key_of(rank))) : Beat();
}

Fault read_fault(c10d::Store& store) {
  if (!store.check({kFault})) return {};
  const auto text = store.get_to_str(kFault);
  return {.lost = text.starts_with(kLost), .line = text.substr(text.find(' ') + 1)};
}

Pulse::Pulse(StorePtr store, int rank, std::vector<std::string> hosts, Duration interval)
    : store_(store->clone()), rank_(rank), hosts_(std::move(hosts)), interval_(interval) {
  store_->setTimeout(kStoreTimeout);
  beat_now();
  thread_ = std::thread([this] { run(); });
}

Pulse::~Pulse() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Pulse::set_position(std::string position) {
  const std::lock_guard lock(mutex_);
  position_ = std::move(position);
}

Beat Pulse::beat() const {
  const std::lock_guard lock(mutex_);
  return {.count = count_, .calls = calls_, .host = hosts_.at(static_cast<size_t>(rank_)), .position = position_};
}

void Pulse::beat_now() {
  ++count_;
  store_->set(key_of(rank_), beat().text());
}

void Pulse::run() {
  for (std::unique_lock lock(mutex_); !changed_.wait_for(lock, interval_, [this] { return ending_; });) {
    lock.unlock();
    try {
      beat_now();
    } catch (const std::exception&) {
      // The store is out of reach: the next collective call fails, and find_lost says so.
    }
    lock.lock();
  }
}

void Pulse::report(const std::string& error) noexcept try {
  store_->compareSet(kFault, "", kEnded + name_of(rank_, beat()) + ": " + error);
} catch (const std::exception&) {
  // Without the store, nobody can be told.
}

std::vector<Beat> Pulse::read_all() const {
  std::vector<Beat> beats;
  for (int rank = 0; rank < std::ssize(hosts_); ++rank) beats.push_back(read_beat(*store_, rank));
  return beats;
}

/// Finds the ranks whose beats have stopped; otherwise those for which all others wait.
Fault Pulse::fault_of(const std::vector<Beat>& before, const std::vector<Beat>& now, const std::string& error) const {
  std::vector<std::string> silent, behind;
  int64_t furthest = 0;
  for (const auto& beat : now) furthest = std::max(furthest, beat.calls);
  for (int rank = 0; rank < std::ssize(hosts_); ++rank) {
    const auto i = static_cast<size_t>(rank);
    if (rank == rank_) continue;
    if (now[i].count == before[i].count) silent.push_back(name_of(rank, now[i]));
    else if (now[i].calls < furthest) behind.push_back(name_of(rank, now[i]));
  }
  if (!silent.empty()) return {true, list(silent) + (silent.size() == 1 ? " was lost" : " were lost")};
  if (!behind.empty()) return {true, list(behind) + " did not come in time"};
  return {false, fmt::format("{}: {}", name_of(rank_, beat()), error)};
}

/// If this process serves the store: waits until the others that live have read the fault, for at most some intervals.
void Pulse::wait_for_readers(const std::vector<Beat>& before, const std::vector<Beat>& now) {
  store_->set(heard_key(rank_), std::string("yes"));
  if (rank_ != 0) return;
  for (int rank = 1; rank < std::ssize(hosts_); ++rank)
    if (const auto i = static_cast<size_t>(rank); now[i].count != before[i].count)
      store_->wait({heard_key(rank)}, kHeardIntervals * interval_);
}

Fault Pulse::find_fault(const std::string& error) noexcept {
  Fault fault;
  try {
    const auto before = read_all();
    fault = read_fault(*store_);
    std::this_thread::sleep_for(kSilentIntervals * interval_);
    const auto now = read_all();
    if (fault.line.empty()) {
      fault = fault_of(before, now, error);
      // Meanwhile another process may have found out.
      store_->compareSet(kFault, "", (fault.lost ? kLost : kEnded) + fault.line);
      fault = read_fault(*store_);
    }
    wait_for_readers(before, now);
  } catch (const std::exception&) {
    if (fault.line.empty())
      fault = {true, fmt::format("{} has lost rank 0 on host {}", name_of(rank_, beat()), hosts_.front())};
  }
  return fault;
}

}  // namespace reszoo::detail
