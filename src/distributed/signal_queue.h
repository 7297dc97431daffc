/// Signals that are read like a file. Private.
#pragma once
#include <initializer_list>
#include <optional>

#include <csignal>

namespace reszoo::detail {

/// Holds back signals of this thread and of threads that it starts, and gives them one by one; the destructor lets them
/// through again.
class SignalQueue {
 public:
  explicit SignalQueue(std::initializer_list<int> signals);
  ~SignalQueue();
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;

  int descriptor() const { return file_; }
  /// Returns the next signal; nothing if there is none.
  std::optional<int> next() const;
  /// The signals that were blocked before.
  const sigset_t& before() const { return before_; }

 private:
  sigset_t before_{};
  int file_;
};

}  // namespace reszoo::detail
