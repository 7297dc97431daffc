#include "distributed/beat_board.h"

#include <algorithm>
#include <sstream>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo::detail {
namespace {

const std::string kFault = "fault", kLost = "lost ", kEnded = "ended ";  // a key, and the first word of its value

std::string beat_key(int rank) { return fmt::format("beat/{}", rank); }
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
  return store.check({beat_key(rank)}) ? Beat::parse(store.get_to_str(beat_key(rank))) : Beat();
}

Fault read_fault(c10d::Store& store) {
  if (!store.check({kFault})) return {};
  const auto text = store.get_to_str(kFault);
  return {.lost = text.starts_with(kLost), .line = text.substr(text.find(' ') + 1)};
}

BeatBoard::BeatBoard(StorePtr store, int rank, std::vector<std::string> hosts)
    : store_(std::move(store)), rank_(rank), hosts_(std::move(hosts)) {
  beat_.host = hosts_.at(static_cast<size_t>(rank));
}

void BeatBoard::set_position(std::string position) {
  const std::lock_guard lock(mutex_);
  beat_.position = std::move(position);
}

void BeatBoard::begin_call() {
  const std::lock_guard lock(mutex_);
  ++beat_.calls;
}

Beat BeatBoard::beat() const {
  const std::lock_guard lock(mutex_);
  return beat_;
}

void BeatBoard::write() {
  {
    const std::lock_guard lock(mutex_);
    ++beat_.count;
  }
  store_->set(beat_key(rank_), beat().text());
}

void BeatBoard::report(const std::string& error) { store_->compareSet(kFault, "", kEnded + own_name() + ": " + error); }

std::vector<Beat> BeatBoard::read_all() const {
  std::vector<Beat> beats;
  for (int rank = 0; rank < std::ssize(hosts_); ++rank) beats.push_back(read_beat(*store_, rank));
  return beats;
}

/// All processes are in the same step, and a lost one has not written its last.
std::string BeatBoard::name_of_other(int rank, Beat last) const {
  const auto own = beat();
  last.host = hosts_.at(static_cast<size_t>(rank));
  if (!own.position.empty()) last.position = own.position;
  return name_of(rank, last);
}

Fault BeatBoard::fault_of(const std::vector<Beat>& before, const std::vector<Beat>& now,
                          const std::string& error) const {
  std::vector<std::string> silent, behind;
  int64_t furthest = 0;
  for (const auto& other : now) furthest = std::max(furthest, other.calls);
  for (int rank = 0; rank < std::ssize(hosts_); ++rank) {
    const auto i = static_cast<size_t>(rank);
    if (rank == rank_) continue;
    if (now[i].count == before[i].count) silent.push_back(name_of_other(rank, now[i]));
    else if (now[i].calls < furthest) behind.push_back(name_of_other(rank, now[i]));
  }
  if (!silent.empty()) return {true, list(silent) + (silent.size() == 1 ? " was lost" : " were lost")};
  if (!behind.empty()) return {true, list(behind) + " did not come in time"};
  return {false, fmt::format("{}: {}", own_name(), error)};
}

Fault BeatBoard::find_fault(const std::vector<Beat>& before, const std::string& error) {
  auto fault = read_fault(*store_);
  if (fault.line.empty()) {
    fault = fault_of(before, read_all(), error);
    store_->compareSet(kFault, "", (fault.lost ? kLost : kEnded) + fault.line);
    fault = read_fault(*store_);  // another process may have been first
  }
  store_->set(heard_key(rank_), std::string("yes"));
  return fault;
}

void BeatBoard::wait_for_others(const std::vector<Beat>& before) {
  const auto now = read_all();
  std::vector<std::string> keys;
  for (int rank = 0; rank < std::ssize(hosts_); ++rank)
    if (const auto i = static_cast<size_t>(rank); now[i].count != before[i].count) keys.push_back(heard_key(rank));
  store_->wait(keys);
}

}  // namespace reszoo::detail
