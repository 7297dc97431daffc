#include "reszoo/train/predict.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <sstream>

#include "reszoo/base/error.h"
#include "reszoo/base/spilled.h"

namespace reszoo {
namespace {

using Forward = std::function<Tensor(const Tensor& inputs)>;

/// The batches that a process computes.
struct BatchRange {
  int64_t first, end;
};

BatchRange own_range(int64_t batches, const ProcessGroup* group) {
  if (!group) return {0, batches};
  const int64_t rank = group->rank(), size = group->size();
  return {batches * rank / size, batches * (rank + 1) / size};
}

/// "6 3 1000": type and sizes of a row. "" of an undefined tensor.
std::string form_of(const Tensor& rows) {
  if (!rows.defined()) return "";
  return fmt::format("{} {}", static_cast<int>(rows.scalar_type()), fmt::join(rows.sizes().slice(1), " "));
}

Tensor no_rows(const std::string& form) {
  std::istringstream text(form);
  int type = 0;
  text >> type;
  std::vector<int64_t> sizes{0};
  for (int64_t size = 0; text >> size;) sizes.push_back(size);
  return at::empty(sizes, static_cast<at::ScalarType>(type));
}

/// Returns the rows of all processes. A process without rows has an undefined tensor; if all are, so is the result.
Tensor gathered(const Tensor& own, ProcessGroup* group) {
  if (!group) return own;
  for (const auto& form : group->gather(form_of(own)))
    if (!form.empty()) return group->gather(own.defined() ? own : no_rows(form));
  return {};
}

/// Predicts rows in memory or a mapped file: their number is known.
Predictions predict_stored(const Dataset& data, int64_t batch_size, const BatchRange& range, const Forward& forward,
                           ProcessGroup* group) {
  Predictions all{{}, data.targets().cpu(), at::arange(data.rows(), at::kLong)};
  const auto first = range.first * batch_size;
  const auto end = range.end == data.batches(batch_size) ? data.rows() : range.end * batch_size;
  int64_t place = 0;
  for (const auto& batch : data.sequential(batch_size, range.first, range.end)) {
    const auto outputs = forward(batch.inputs);
    auto sizes = outputs.sizes().vec();
    sizes.front() = end - first;
    if (!all.outputs.defined()) all.outputs = at::empty(sizes, outputs.options().device(at::kCPU));
    all.outputs.narrow(0, place, outputs.size(0)).copy_(outputs);
    place += outputs.size(0);
  }
  all.outputs = gathered(all.outputs, group);
  release_pages(data.inputs());
  return all;
}

}  // namespace

Predictions predict(const Dataset& data, int64_t batch_size, const Forward& forward, ProcessGroup* group) {
  const at::NoGradGuard no_grad;
  const auto range = own_range(data.batches(batch_size), group);
  if (data.inputs().defined()) return predict_stored(data, batch_size, range, forward, group);
  std::vector<Tensor> outputs, targets, rows;
  for (const auto& batch : data.sequential(batch_size, range.first, range.end)) {
    if (batch.targets.size(0) == 0) continue;
    outputs.push_back(forward(batch.inputs));
    targets.push_back(batch.targets);
    rows.push_back(batch.rows);
  }
  const auto joined = [&](const std::vector<Tensor>& parts) {
    return gathered(parts.empty() ? Tensor() : at::cat(parts).cpu(), group);
  };
  Predictions all{joined(outputs), joined(targets), joined(rows)};
  if (!all.outputs.defined()) fail(ErrorKind::input, "no row is left to measure on; all files are bad");
  return all;
}

}  // namespace reszoo
