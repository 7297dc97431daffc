/// The plans of a program for several shapes, and the splitting of batches into micro-batches.
#pragma once
#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/execution_plan.h"

namespace reszoo::detail {

/// Safe to call from many threads.
class PlanCache {
 public:
  PlanCache(Program program, const PlanOptions& options)
      : program_(std::make_shared<const Program>(std::move(program))), options_(options) {}

  /// Computes the results for x with `threads` threads. Table rows are split among the threads. A large batch of images
  /// is split into micro-batches that run one after the other. `memory` is asked once for each output.
  void run(const InputView& x, int64_t threads, const ExecutionPlan::OutputMemory& memory);

  /// Returns the plan for this shape. The most recently used plans are kept.
  std::shared_ptr<const ExecutionPlan> plan(const Shape& shape, int64_t threads);

  const Program& program() const { return *program_; }
  std::shared_ptr<const Program> shared_program() const { return program_; }

 private:
  bool per_sample() const;
  int64_t most_rows(int64_t columns);
  void run_rows(const InputView& x, int64_t threads, const ExecutionPlan::OutputMemory& memory);
  void run_images(const InputView& x, int64_t threads, const ExecutionPlan::OutputMemory& memory);

  struct Entry {
    Shape shape;
    int64_t threads;
    std::shared_ptr<const ExecutionPlan> plan;
  };
  std::shared_ptr<const Program> program_;
  PlanOptions options_;
  std::mutex mutex_;
  std::list<Entry> plans_;
  std::atomic<int64_t> most_rows_ = 0;  ///< table rows of a micro-batch; 0: not known yet
};

}  // namespace reszoo::detail
