#include "reszoo/train/batches.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/base/permutation.h"

namespace reszoo {

Tensor epoch_order(int64_t rows, uint64_t seed, int64_t epoch) {
  return permutation(rows, seed, epoch);
}

TensorBatches::TensorBatches(Tensor inputs, Tensor targets, Prepare prepare, Tensor weights)
    : inputs_(std::move(inputs)),
      targets_(std::move(targets)),
      weights_(std::move(weights)),
      prepare_(std::move(prepare)) {
  if (inputs_.dim() < 1 || targets_.dim() < 1 || inputs_.size(0) != targets_.size(0) || rows() == 0)
    fail(ErrorKind::input,
         "TensorBatches: inputs and targets must have the same number of rows and at least one, got ({}) and ({})",
         fmt::join(inputs_.sizes(), ", "), fmt::join(targets_.sizes(), ", "));
  if (weights_.defined() && (weights_.dim() != 1 || weights_.size(0) != rows()))
    fail(ErrorKind::input, "TensorBatches: weights must be ({}), got ({})", rows(), fmt::join(weights_.sizes(), ", "));
}

TensorBatches::Pass::Pass(const TensorBatches& data, Tensor order, int64_t batch_size)
    : data_(&data), order_(std::move(order)), batch_size_(batch_size) {
  if (batch_size < 1) fail(ErrorKind::usage, "TensorBatches: batch_size must be at least 1, got {}", batch_size);
  size_ = (data.rows() + batch_size - 1) / batch_size;
  if (size_ > 1 && data.rows() % batch_size == 1) --size_;
}

Batch TensorBatches::Pass::operator[](int64_t i) const {
  const int64_t first = i * batch_size_;
  const int64_t count = i + 1 == size_ ? data_->rows() - first : batch_size_;
  Batch batch;
  if (order_.defined()) {
    const auto rows = order_.narrow(0, first, count);
    batch = {data_->inputs_.index_select(0, rows), data_->targets_.index_select(0, rows)};
    if (data_->weights_.defined()) batch.weights = data_->weights_.index_select(0, rows);
  } else {
    batch = {data_->inputs_.narrow(0, first, count), data_->targets_.narrow(0, first, count)};
    if (data_->weights_.defined()) batch.weights = data_->weights_.narrow(0, first, count);
  }
  if (data_->prepare_) batch.inputs = data_->prepare_(batch.inputs);
  return batch;
}

TensorBatches::Pass TensorBatches::in_order(int64_t batch_size) const {
  return {*this, Tensor(), batch_size};
}

TensorBatches::Pass TensorBatches::shuffled(int64_t batch_size, uint64_t seed, int64_t epoch) const {
  return {*this, epoch_order(rows(), seed, epoch).to(inputs_.device()), batch_size};
}

TensorBatches TensorBatches::to(c10::Device device) const {
  return {inputs_.to(device), targets_.to(device), prepare_, weights_.defined() ? weights_.to(device) : weights_};
}

}  // namespace reszoo
