#include "reszoo/base/pipeline.h"

#include <ATen/Parallel.h>

#include <future>

namespace reszoo {

std::thread serial_thread(std::function<void()> work) {
  const int threads = at::get_num_threads();
  std::promise<void> started;
  std::thread thread([&started, own = std::move(work)] {
    at::set_num_threads(1);
    at::get_num_threads();  // the first call in a thread takes over the common number, which is 1 now
    started.set_value();
    own();
  });
  started.get_future().wait();
  at::set_num_threads(threads);  // LibTorch gives the number of the last call to all threads that begin later
  return thread;
}

Behind::Behind(size_t most) : most_(most) {
  if (most_ > 0) thread_ = serial_thread([this] { run(); });
}

Behind::~Behind() {
  if (most_ == 0) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Behind::add(std::function<void()> task) {
  if (most_ == 0) return task();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return error_ || tasks_.size() < most_; });
  if (error_) std::rethrow_exception(error_);
  tasks_.push_back(std::move(task));
  changed_.notify_all();
}

void Behind::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return error_ || (tasks_.empty() && !busy_); });
  if (error_) std::rethrow_exception(error_);
}

void Behind::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ended_ || !tasks_.empty(); });
    if (ended_) return;
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    busy_ = true;
    lock.unlock();
    std::exception_ptr error;
    try {
      task();
    } catch (...) {
      error = std::current_exception();
    }
    task = nullptr;  // what it holds is freed before it counts as done
    lock.lock();
    busy_ = false;
    error_ = error;
    if (error) ended_ = true;
    changed_.notify_all();
  }
}

}  // namespace reszoo
