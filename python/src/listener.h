/// Listens to Python while the library trains. Private.
#pragma once
#include <chrono>
#include <exception>

#include "module.h"
#include "reszoo/train/trainer.h"

namespace reszoo::python {

/// Hands the progress to Python, and listens to its signals. An exception of Python stops the training.
class Listener {
 public:
  explicit Listener(nb::object tell) : tell_(std::move(tell)) {}

  TrainerHooks hooks() {
    TrainerHooks hooks;
    hooks.stop_requested = [this] { return is_stopped(); };
    if (tell_.is_none()) return hooks;
    hooks.on_step = [this](const Progress& now) {
      if (Clock::now() - told_ >= kBetweenReports) tell(now);
    };
    hooks.on_epoch = [this](const Progress& now) { tell(now); };
    return hooks;
  }

  /// Throws the exception of Python that stopped the training, if one did.
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kBetweenSignals = std::chrono::milliseconds(50);
  static constexpr auto kBetweenReports = std::chrono::milliseconds(100);

  bool is_stopped() {
    if (error_ || asked_to_stop_) return true;
    if (Clock::now() - listened_ < kBetweenSignals) return false;
    listened_ = Clock::now();
    guarded([] { check_signals(); });
    return error_ != nullptr;
  }

  void tell(const Progress& now) {
    told_ = Clock::now();
    const nb::gil_scoped_acquire lock;
    guarded([&] {
      const auto answer = tell_(now);
      asked_to_stop_ = asked_to_stop_ || (PyObject_IsTrue(answer.ptr()) == 1);
    });
  }

  template <typename Action>
  void guarded(Action action) {
    try {
      action();
    } catch (const nb::python_error&) {
      error_ = std::current_exception();
    }
  }

  nb::object tell_;
  Clock::time_point told_ = {}, listened_ = {};
  std::exception_ptr error_ = {};
  bool asked_to_stop_ = false;
};

}  // namespace reszoo::python
