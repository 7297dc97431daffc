/// A program for one shape of its input: shapes, ways and places in memory.
#pragma once
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "infer/fused_op.h"
#include "kernels/pool.h"

namespace reszoo::detail {

/// An operation for this shape.
struct PlannedOp {
  std::vector<int64_t> output;  ///< (N, C, H, W), kept channels-last, or (N, C), …
  int64_t place = 0;            ///< of the result, in numbers from the arena's start
  int64_t scratch = 0;          ///< of working memory
  kernels::ConvShape conv{};
  kernels::ConvAlgorithm way{};
  kernels::PoolShape pool{};

  int64_t numel() const;
};

/// What ways `plan_program` may choose.
struct PlanOptions {
  int64_t threads = 1;
  bool winograd = true, tune = false;
  std::map<std::string, kernels::ConvAlgorithm> ways;  ///< of layers by key
  TensorType type;
};

/// Many calls may run one plan at once: each has memory of its own, which is kept for the next.
class FusedPlan {
 public:
  /// Throws: Error (input) if the program cannot take the shape; Error (usage) for a way that a layer does not have.
  FusedPlan(std::shared_ptr<const Program> program, const std::vector<int64_t>& shape, const PlanOptions& options);

  /// Called with the number of each operation behind its run.
  using Observer = std::function<void(size_t op)>;

  /// The results that the program is asked for, in new memory; x is of the plan's shape, float32.
  std::vector<Tensor> run(const Tensor& x, const Observer& observe = {}) const;

  const std::vector<PlannedOp>& ops() const { return ops_; }

 private:
  void plan_op(size_t i, const std::vector<int64_t>& shape);
  void plan_plain(size_t i);
  void choose_way(size_t i);
  void place_all();

  Tensor lease() const;
  void give_back(Tensor arena) const;

  std::shared_ptr<const Program> program_;
  PlanOptions options_;
  std::vector<PlannedOp> ops_;
  int64_t size_ = 0;  ///< of the arena, in numbers
  mutable std::mutex mutex_;
  mutable std::vector<Tensor> arenas_;
};

/// The strides in which a result of this shape is kept.
std::vector<int64_t> kept_strides(const std::vector<int64_t>& shape);

}  // namespace reszoo::detail
