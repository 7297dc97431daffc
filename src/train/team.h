/// The processes that train together.
#pragma once
#include <torch/nn/module.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "reszoo/base/bytes.h"
#include "reszoo/train/dataset.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo::detail {

/// The processes of a run, of which this is one, and the slices of each batch that it computes. A team of one process
/// makes no messages.
class Team {
 public:
  explicit Team(const TrainerOptions& options);

  int size() const { return group_ ? group_->size() : 1; }
  bool is_first() const { return !group_ || group_->is_first(); }
  /// Null if the process is alone.
  const std::shared_ptr<ProcessGroup>& group() const { return group_; }
  const BatchSlices& slices() const { return slices_; }
  bool divides() const { return slices_.of > 1; }

  /// Gives all processes the weights and buffers of the first one.
  void share_weights(const nn::Module& module) const;

  /// Compares what the processes were given, a flat object, with that of the first one.
  /// Throws: Error (usage) that names the rank and the first value that differs.
  void require_same(const nlohmann::ordered_json& given) const;

  /// Runs the action in the first process, and throws what it throws in all.
  void in_first(const std::function<void()>& action) const;

  /// Returns the values of the first process.
  std::vector<double> from_first(std::vector<double> values) const;
  Bytes from_first(const std::function<Bytes()>& bytes) const;

  /// Returns the weight of each slice of a batch in its loss: the rows of each, or the sum of their sample weights.
  std::vector<double> weights_of_slices(const Batch& batch) const;

 private:
  std::shared_ptr<ProcessGroup> group_;
  BatchSlices slices_;
};

}  // namespace reszoo::detail
