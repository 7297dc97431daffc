#include "reszoo/train/predict.h"

#include <ATen/ATen.h>

#include "reszoo/base/error.h"
#include "reszoo/base/spilled.h"

namespace reszoo {
namespace {

/// Predicts rows in memory or a mapped file: their number is known.
Predictions predict_stored(const Dataset& data, int64_t batch_size,
                           const std::function<Tensor(const Tensor& inputs)>& forward) {
  Predictions all{{}, data.targets().cpu(), at::arange(data.rows(), at::kLong)};
  int64_t place = 0;
  for (const auto& batch : data.sequential(batch_size)) {
    const auto outputs = forward(batch.inputs);
    auto sizes = outputs.sizes().vec();
    sizes.front() = data.rows();
    if (!all.outputs.defined()) all.outputs = at::empty(sizes, outputs.options().device(at::kCPU));
    all.outputs.narrow(0, place, outputs.size(0)).copy_(outputs);
    place += outputs.size(0);
  }
  release_pages(data.inputs());
  return all;
}

}  // namespace

Predictions predict(const Dataset& data, int64_t batch_size,
                    const std::function<Tensor(const Tensor& inputs)>& forward) {
  const at::NoGradGuard no_grad;
  if (data.inputs().defined()) return predict_stored(data, batch_size, forward);
  std::vector<Tensor> outputs, targets, rows;
  for (const auto& batch : data.sequential(batch_size)) {
    if (batch.targets.size(0) == 0) continue;
    outputs.push_back(forward(batch.inputs));
    targets.push_back(batch.targets);
    rows.push_back(batch.rows);
  }
  if (outputs.empty()) fail(ErrorKind::input, "no row is left to measure on; all files are bad");
  return {at::cat(outputs).cpu(), at::cat(targets).cpu(), at::cat(rows).cpu()};
}

}  // namespace reszoo
