/// Stages of work that run at the same time: making items ahead of their use, and finishing them behind it.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace reszoo {

/// Starts a thread in which LibTorch's operators run serially.
std::thread serial_thread(std::function<void()> work);

/// Makes items on a thread of its own, in order, before they are asked for.
template <typename Item>
class Ahead {
 public:
  /// `make` returns the next item, or nothing at the end. At most `most` items wait; with 0 there is no thread, and an
  /// item is made when it is asked for.
  Ahead(std::function<std::optional<Item>()> make, size_t most) : make_(std::move(make)), most_(most) {
    if (most_ > 0) thread_ = serial_thread([this] { run(); });
  }
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;

  /// Waits until `make` has returned.
  ~Ahead() {
    if (most_ == 0) return;
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  /// Returns the next item, or nothing at the end.
  /// Throws: what `make` threw, after the items before it.
  std::optional<Item> next() {
    if (most_ == 0) return make_();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || !items_.empty(); });
    if (items_.empty()) {
      if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
      return std::nullopt;
    }
    std::optional<Item> item(std::move(items_.front()));
    items_.pop_front();
    changed_.notify_all();
    return item;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return ended_ || items_.size() < most_; });
      if (ended_) return;
      lock.unlock();
      std::optional<Item> item;
      std::exception_ptr error;
      try {
        item = make_();
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      if (item) items_.push_back(std::move(*item));
      else ended_ = true;
      error_ = error;
      changed_.notify_all();
    }
  }

  std::function<std::optional<Item>()> make_;
  size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  bool ended_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

/// Runs tasks on a thread of its own, one after the other.
class Behind {
 public:
  /// At most `most` tasks wait; with 0 there is no thread, and `add` runs its task.
  explicit Behind(size_t most);
  Behind(const Behind&) = delete;
  Behind& operator=(const Behind&) = delete;

  /// Waits for the task that runs; those that wait are left out. Call `finish` first.
  ~Behind();

  /// Adds a task, which waits if there are too many.
  /// Throws: what an earlier task threw. After that no task runs any more.
  void add(std::function<void()> task);

  /// Waits until all tasks are done.
  /// Throws: what a task threw.
  void finish();

 private:
  void run();

  size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool busy_ = false, ended_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace reszoo
