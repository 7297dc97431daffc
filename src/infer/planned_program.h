/// A program with its plans, and what is run together.
#pragma once
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "infer/fused_plan.h"

namespace reszoo::detail {

/// Safe to call from many threads.
class PlannedProgram {
 public:
  PlannedProgram(Program program, const PlanOptions& options)
      : program_(std::make_shared<const Program>(std::move(program))), options_(options) {}

  /// The results for x: rows of a table in portions that are dealt to the threads, many images in portions one after
  /// the other.
  std::vector<Tensor> run(const Tensor& x);

  /// Runs many images in portions one after the other, where their results are their own.
  using RunPortion = std::function<std::vector<Tensor>(const Tensor& x)>;
  std::vector<Tensor> in_portions(const Tensor& x, const RunPortion& run) const;

  /// The plan for this shape; the last used ones are kept.
  std::shared_ptr<const FusedPlan> plan(const std::vector<int64_t>& shape, int64_t threads);

  const Program& program() const { return *program_; }
  std::shared_ptr<const Program> shared_program() const { return program_; }

 private:
  bool is_by_row() const;
  std::vector<Tensor> run_rows(const Tensor& x);

  struct Kept {
    std::vector<int64_t> shape;
    int64_t threads;
    std::shared_ptr<const FusedPlan> plan;
  };
  std::shared_ptr<const Program> program_;
  PlanOptions options_;
  std::mutex mutex_;
  std::list<Kept> plans_;
};

}  // namespace reszoo::detail
