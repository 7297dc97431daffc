/// A program for one input shape: the kernels, and the offsets of their results in memory.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/input_view.h"
#include "runtime/program.h"

namespace reszoo::detail {

/// A node for this shape.
struct PlannedNode {
  Kernel kernel;
  Kept kept = {};                       ///< how the result is kept
  int64_t offset = 0;                   ///< offset of the result, in floats from the arena's start
  int64_t scratch = 0;                  ///< offset of the scratch memory
  std::vector<int64_t> converted = {};  ///< for each input, the offset of its converted form; -1: it is read as it is
};

/// Many calls may run one plan at once: each call has its own arena, which is kept for later calls.
class ExecutionPlan {
 public:
  /// Throws: Error (input) if the program does not accept the shape; Error (usage) for an algorithm that a layer does
  /// not have.
  ExecutionPlan(std::shared_ptr<const Program> program, const Shape& shape, const PlanOptions& options);

  /// Called after each node with its index.
  using Observer = std::function<void(size_t node)>;

  /// Returns the memory for an output of the program, which is its `number`-th one.
  using OutputMemory = std::function<float*(size_t number, const Shape& shape)>;

  /// Writes the program's outputs: images channels-last, all others in row-major order. x has the plan's shape.
  void run(const InputView& x, const OutputMemory& memory, const Observer& observe = {}) const;

  /// Returns the number of outputs.
  size_t outputs() const { return program_->outputs.size(); }

  /// Returns the shape of an output.
  const Shape& output_shape(size_t number) const { return nodes_[program_->outputs[number]].kernel.output; }

  const std::vector<PlannedNode>& nodes() const { return nodes_; }

 private:
  void place_results();
  bool wants_team() const;
  void run_nodes(const InputView& x, float* arena, std::vector<const float*>& results, const Observer& observe) const;
  const float* read_input(size_t i, const InputView& x, float* arena) const;
  const float* converted_input(size_t node, size_t place, const float* kept, float* arena) const;
  void store_output(size_t node, const float* kept, float* to) const;

  std::shared_ptr<void> acquire() const;
  void release(std::shared_ptr<void> arena) const;

  std::shared_ptr<const Program> program_;
  PlanOptions options_;
  std::vector<PlannedNode> nodes_;
  int64_t size_ = 0;  ///< size of the arena in floats
  int64_t threads_of_team_ = 1;
  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<void>> arenas_;
};

}  // namespace reszoo::detail
