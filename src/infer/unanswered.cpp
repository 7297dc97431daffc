#include "reszoo/infer/unanswered.h"

#include <torch/types.h>

#include <limits>

namespace reszoo {
namespace {

/// Returns which rows of a tensor have a value that `bad` marks. Shape: (N, ...) bool to (N) bool.
Tensor any_of_row(const Tensor& bad) { return bad.flatten(1).any(1); }

/// Returns what follows from the outputs, one or several numbers for each row.
Tensor results_of(const Tensor& outputs, const std::optional<Target>& target) {
  if (target) return target->is_number() ? target->decode(outputs) : target->probabilities(outputs);
  return outputs.dim() == 2 && outputs.size(1) > 1 ? outputs.softmax(1) : outputs;
}

}  // namespace

Tensor unanswered_rows(const Tensor& outputs, const std::optional<Target>& target) {
  const auto exact = outputs.to(torch::kCPU, torch::kDouble);
  if (exact.isfinite().all().item<bool>() && !(target && target->task() == Task::count))
    return torch::zeros({outputs.size(0)}, torch::kBool);
  const auto results = results_of(exact, target).to(torch::kCPU);
  const auto each = results.dim() == 1 ? results.unsqueeze(1) : results;
  return any_of_row(exact.isnan()).logical_or(any_of_row(each.isfinite().logical_not()));
}

void set_missing(Frame& table, const Tensor& rows) {
  if (!rows.any().item<bool>()) return;
  for (auto& column : table.columns)
    if (column.kind == Column::Kind::number)
      column.numbers = column.numbers.masked_fill(rows, std::numeric_limits<double>::quiet_NaN());
    else column.codes = column.codes.masked_fill(rows, -1);
}

}  // namespace reszoo
