/// Where the processes of a group write that they live, and what went wrong. Private.
#pragma once
#include <mutex>
#include <string>
#include <vector>

#include "distributed/store.h"

namespace reszoo::detail {

/// A process as its last beat describes it.
struct Beat {
  int64_t count = -1;  ///< beats so far; -1: none yet
  int64_t calls = 0;   ///< calls of all processes that it has begun
  std::string host, position;

  std::string text() const;
  static Beat parse(const std::string& text);
};

/// "rank 2 on host node7 at epoch 1, step 31".
std::string name_of(int rank, const Beat& beat);

/// Returns a rank's last beat.
Beat read_beat(c10d::Store& store, int rank);

/// What went wrong in a group.
struct Fault {
  bool lost = false;  ///< whether a process was lost; otherwise one ended with an error of its own
  std::string line;   ///< which one; "": nothing is known
};

/// Returns the fault that the first process that knew of it has written down.
Fault read_fault(c10d::Store& store);

/// One process's view of the board, which is a store. Any thread may use it; each call waits for the store.
class BeatBoard {
 public:
  /// `hosts` are those of all ranks.
  BeatBoard(StorePtr store, int rank, std::vector<std::string> hosts);

  void set_position(std::string position);
  void begin_call();
  Beat beat() const;
  std::string own_name() const { return name_of(rank_, beat()); }
  const std::string& first_host() const { return hosts_.front(); }
  bool is_first() const { return rank_ == 0; }

  /// Writes the next beat.
  void write();
  /// Writes down that this process ends with an error, unless another one was first.
  void report(const std::string& error);
  /// Returns the last beats of all ranks.
  std::vector<Beat> read_all() const;
  /// Returns the fault that is written down. If there is none yet, finds it from the beats of some time `before`, and
  /// writes it down: a rank whose beats have stopped, or one for which all others wait, or the error of this process.
  Fault find_fault(const std::vector<Beat>& before, const std::string& error);
  /// Waits until the others have found the fault too, except those whose beats have stopped since `before`.
  void wait_for_others(const std::vector<Beat>& before);

 private:
  std::string name_of_other(int rank, Beat last) const;
  Fault fault_of(const std::vector<Beat>& before, const std::vector<Beat>& now, const std::string& error) const;

  StorePtr store_;
  int rank_;
  std::vector<std::string> hosts_;
  mutable std::mutex mutex_;
  Beat beat_;
};

}  // namespace reszoo::detail
