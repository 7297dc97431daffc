/// What each process says of itself once a second, so that the others can name one that is lost. Private.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "distributed/store.h"

namespace reszoo::detail {

/// A process as its last beat describes it.
struct Beat {
  int64_t count = -1;  ///< beats so far; -1: none yet
  int64_t calls = 0;   ///< collective calls that it has begun
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

/// Writes this process's beat to the store from a thread of its own, and finds out which process is lost.
///
/// Gloo says that a connection was closed or a call took too long, but not by whose fault: a process that stops at a
/// lost one closes its own connections. So the first process that notices reads all beats, writes to the store whose
/// has stopped, and only then ends; the others read that.
class Pulse {
 public:
  using Duration = std::chrono::milliseconds;

  /// `hosts` are those of all ranks.
  Pulse(StorePtr store, int rank, std::vector<std::string> hosts, Duration interval = std::chrono::seconds(1));
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// Where this process is: "epoch 1, step 31".
  void set_position(std::string position);
  /// Counts a collective call of this process.
  void begin_call() { ++calls_; }
  /// Writes the beat at once.
  void beat_now();

  /// Writes down that this process ends with an error, unless another one was first.
  void report(const std::string& error) noexcept;
  /// Returns which processes are lost, or the error of one that has ended, after `error` of a collective call. Takes
  /// some intervals.
  Fault find_fault(const std::string& error) noexcept;

 private:
  void run();
  Beat beat() const;
  std::vector<Beat> read_all() const;
  Fault fault_of(const std::vector<Beat>& before, const std::vector<Beat>& now, const std::string& error) const;

  void wait_for_readers(const std::vector<Beat>& before, const std::vector<Beat>& now);

  StorePtr store_;
  int rank_;
  std::vector<std::string> hosts_;
  Duration interval_;
  std::atomic<int64_t> count_ = 0, calls_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string position_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace reszoo::detail
