/// A program for one shape of its input: kernels, and where their results lie in memory.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "fusion/program.h"

namespace reszoo::detail {

/// A node for this shape.
struct PlannedNode {
  Kernel kernel;
  int64_t offset = 0;   ///< of the result, in floats from the arena's start
  int64_t scratch = 0;  ///< the offset of working memory
};

/// Many calls may run one plan at once: each has memory of its own, which is kept for the next.
class ExecutionPlan {
 public:
  /// Throws: Error (input) if the program does not take the shape; Error (usage) for an algorithm that a layer does not
  /// have.
  ExecutionPlan(std::shared_ptr<const Program> program, const Shape& shape, const PlanOptions& options);

  /// Called with the index of each node after it ran.
  using Observer = std::function<void(size_t node)>;

  /// The results that the program is asked for, in new memory; x is of the plan's shape, float32.
  std::vector<Tensor> run(const Tensor& x, const Observer& observe = {}) const;

  const std::vector<PlannedNode>& nodes() const { return nodes_; }

 private:
  void place_results();
  const float* read_input(size_t i, const Tensor& x, float* arena) const;

  Tensor acquire() const;
  void release(Tensor arena) const;

  std::shared_ptr<const Program> program_;
  PlanOptions options_;
  std::vector<PlannedNode> nodes_;
  int64_t size_ = 0;  ///< floats of the arena
  mutable std::mutex mutex_;
  mutable std::vector<Tensor> arenas_;
};

}  // namespace reszoo::detail
