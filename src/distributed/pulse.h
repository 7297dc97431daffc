/// Tells the other processes that this one is alive, and finds those that are not.
#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "distributed/store.h"

namespace reszoo::detail {

/// A thread that writes to the store once a second: that the process runs, how many calls it has begun, and where its
/// run is. After a failed call, `lost` compares what all have written: a process that was killed or stopped writes no
/// more, and one that hangs has begun fewer calls.
class Pulse {
 public:
  Pulse(StorePtr store, int rank, std::vector<std::string> hosts);
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;
  ~Pulse();

  /// Counts a call in which all processes take part.
  void begin_call();
  void set_position(std::string position);

  /// Returns which processes were lost, as a text for users: "rank 1 on host b was lost at epoch 2, step 31". Takes a
  /// few seconds. The first process that asks tells the others.
  std::string lost();

 private:
  /// What a process has written.
  struct Beat {
    int64_t count = -1;
    int64_t calls = -1;
  };

  void run();
  void write(c10d::Store& store);
  std::vector<Beat> read();
  std::string find_lost();
  void wait_for_others();

  StorePtr store_;
  int rank_;
  std::vector<std::string> hosts_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool ending_ = false;
  int64_t count_ = 0, calls_ = 0;
  std::string position_;
  std::thread thread_;
};

}  // namespace reszoo::detail
