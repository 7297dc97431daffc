#include "reszoo/train/predict.h"

#include <ATen/ATen.h>

#include "reszoo/base/error.h"

namespace reszoo {

Predictions predict(const Dataset& data, int64_t batch_size,
                    const std::function<Tensor(const Tensor& inputs)>& forward) {
  const at::NoGradGuard no_grad;
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
