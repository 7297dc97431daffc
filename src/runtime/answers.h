/// What the outputs of a network mean: predictions, without LibTorch.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "preprocess/target_steps.h"
#include "reszoo/runtime/prediction.h"

namespace reszoo::detail {

/// Computes what Target and Model::read do, in float64. Immutable; many threads may call it.
class AnswerReader {
 public:
  /// Throws: Error (file) for thresholds or temperatures that do not fit the target.
  explicit AnswerReader(TargetSteps target);

  /// Returns the number of outputs of a network, or of a member of it, for a row.
  size_t outputs() const;

  /// Returns the prediction for a row. `shares` has the share of each member, with the sum 1; `outputs` are those of
  /// all members, one after the other.
  Prediction read(std::span<const float> outputs, std::span<const double> shares) const;

  const TargetSteps& target() const { return target_; }

 private:
  using Numbers = std::vector<double>;

  void read_number(const Numbers& mean, Prediction& said) const;
  void read_classes(std::span<const float> outputs, std::span<const double> shares, Prediction& said) const;
  Numbers averaged(std::span<const float> outputs, std::span<const double> shares, double sign) const;
  Numbers calibrated(std::span<const float> outputs, std::span<const double> shares, const Numbers& chances) const;
  std::string text_of_number(double value) const;
  double median_of(const Numbers& values) const;
  bool is_softmax() const { return target_.task == Task::binary || target_.task == Task::multiclass; }

  TargetSteps target_;
  Numbers thresholds_, temperatures_;
};

}  // namespace reszoo::detail
