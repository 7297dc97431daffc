#include "reszoo/train/batches.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>

#include "loader.h"
#include "reszoo/base/error.h"
#include "reszoo/base/permutation.h"

namespace reszoo {

Tensor epoch_order(int64_t rows, uint64_t seed, int64_t epoch) {
  return permutation(rows, seed, epoch);
}

/// Rows whose files were bad, in any pass over the data.
struct Batches::BadRows {
  std::set<int64_t> seen;

  void add(int64_t row, const std::string& why, const LoaderOptions& how) {
    if (!seen.insert(row).second) return;
    if (std::ssize(seen) > how.bad_limit) {
      if (how.bad_limit == 0) fail(ErrorKind::file, "{}", why);
      fail(ErrorKind::file, "{}; {} files are bad, more than the limit of {}", why, seen.size(), how.bad_limit);
    }
    if (how.on_bad) how.on_bad(row, why);
  }
};

/// What a pass over Examples makes its batches with, once the first is asked for.
struct Batches::Pass::Loading {
  std::optional<detail::Chance> chance = {};
  std::unique_ptr<detail::Loader> loader = {};
};

Batches::Batches(Tensor inputs, Tensor targets, Prepare prepare, Tensor weights)
    : inputs_(std::move(inputs)),
      targets_(std::move(targets)),
      weights_(std::move(weights)),
      prepare_(std::move(prepare)) {
  if (inputs_.dim() < 1 || targets_.dim() < 1 || inputs_.size(0) != targets_.size(0) || rows() == 0)
    fail(ErrorKind::input,
         "Batches: inputs and targets must have the same number of rows and at least one, got ({}) and ({})",
         fmt::join(inputs_.sizes(), ", "), fmt::join(targets_.sizes(), ", "));
  if (weights_.defined() && (weights_.dim() != 1 || weights_.size(0) != rows()))
    fail(ErrorKind::input, "Batches: weights must be ({}), got ({})", rows(), fmt::join(weights_.sizes(), ", "));
}

Batches::Batches(Examples inputs, Tensor targets, LoaderOptions how, Tensor weights)
    // An expanded number has the right count of rows and no memory: the checks are the same.
    : Batches(at::zeros({}).expand({std::max<int64_t>(inputs.count, 0)}), std::move(targets), {}, std::move(weights)) {
  inputs_ = Tensor();
  examples_ = std::move(inputs);
  how_ = std::move(how);
  bad_ = std::make_shared<BadRows>();
}

Batches::Pass::Pass(const Batches& data, Tensor order, int64_t batch_size, std::unique_ptr<Loading> loading)
    : data_(&data), order_(std::move(order)), batch_size_(batch_size), loading_(std::move(loading)) {
  if (batch_size < 1) fail(ErrorKind::usage, "Batches: batch_size must be at least 1, got {}", batch_size);
  size_ = (data.rows() + batch_size - 1) / batch_size;
  if (size_ > 1 && data.rows() % batch_size == 1) --size_;
}

Batches::Pass::Pass(Pass&&) noexcept = default;
Batches::Pass& Batches::Pass::operator=(Pass&&) noexcept = default;
Batches::Pass::~Pass() = default;

std::pair<int64_t, int64_t> Batches::Pass::range(int64_t i) const {
  const int64_t first = i * batch_size_;
  return {first, i + 1 == size_ ? data_->rows() - first : batch_size_};
}

Batch Batches::Pass::operator[](int64_t i) const {
  if (loading_) return made(i);
  const auto [first, count] = range(i);
  Batch batch;
  if (order_.defined()) {
    const auto rows = order_.narrow(0, first, count);
    batch = {
        .inputs = data_->inputs_.index_select(0, rows), .targets = data_->targets_.index_select(0, rows), .rows = rows};
    if (data_->weights_.defined()) batch.weights = data_->weights_.index_select(0, rows);
  } else {
    batch = {.inputs = data_->inputs_.narrow(0, first, count),
             .targets = data_->targets_.narrow(0, first, count),
             .rows = at::arange(first, first + count, at::kLong)};
    if (data_->weights_.defined()) batch.weights = data_->weights_.narrow(0, first, count);
  }
  if (data_->prepare_) batch.inputs = data_->prepare_(batch.inputs);
  return batch;
}

Batch Batches::Pass::made(int64_t i) const {
  auto& loader = loading_->loader;
  const bool pinned = data_->device_.is_cuda();
  if (!loader || loader->position() != i) {
    loader.reset();  // its threads end before others begin
    std::vector<Tensor> rows;
    for (auto batch = i; batch < size_; ++batch)
      rows.push_back(order_.narrow(0, range(batch).first, range(batch).second));
    loader = std::make_unique<detail::Loader>(data_->examples_, std::move(rows), i, loading_->chance,
                                              detail::Loader::Options{data_->how_.workers, data_->how_.ahead, pinned});
  }
  auto loaded = loader->next();
  auto rows = order_.narrow(0, range(i).first, range(i).second);
  if (!loaded.bad.empty()) {
    auto good = at::ones({rows.size(0)}, at::kBool);
    for (const auto& bad : loaded.bad) {
      data_->bad_->add(rows[bad.place].item<int64_t>(), bad.why, data_->how_);
      good[bad.place].fill_(false);
    }
    // Batch norm cannot train on one row.
    if (loading_->chance && good.sum().item<int64_t>() == 1) good.fill_(false);
    const auto places = good.nonzero().squeeze(1);
    loaded.inputs = loaded.inputs.index_select(0, places);
    rows = rows.index_select(0, places);
  }
  rows = rows.to(data_->device_);
  Batch batch{.inputs = loaded.inputs.to(data_->device_, /*non_blocking=*/pinned),
              .targets = data_->targets_.index_select(0, rows),
              .rows = rows};
  if (data_->weights_.defined()) batch.weights = data_->weights_.index_select(0, rows);
  return batch;
}

Batches::Pass Batches::in_order(int64_t batch_size) const {
  if (!examples_.write) return {*this, Tensor(), batch_size, nullptr};
  return {*this, at::arange(rows(), at::kLong), batch_size, std::make_unique<Pass::Loading>()};
}

Batches::Pass Batches::shuffled(int64_t batch_size, uint64_t seed, int64_t epoch) const {
  auto order = epoch_order(rows(), seed, epoch);
  if (chances_.defined()) {
    Random random(seed, epoch);
    const auto upto = chances_.cumsum(0);
    auto drawn = at::empty({rows()}, at::kDouble);
    const double all = upto[-1].item<double>();
    auto* place = drawn.mutable_data_ptr<double>();
    for (int64_t i = 0; i < rows(); ++i) place[i] = random.between(0, all);
    order = at::searchsorted(upto, drawn, /*out_int32=*/false, /*right=*/true).clamp_max(rows() - 1);
  }
  if (!examples_.write) return {*this, order.to(inputs_.device()), batch_size, nullptr};
  return {*this, order, batch_size,
          std::make_unique<Pass::Loading>(Pass::Loading{.chance = detail::Chance{seed, epoch}})};
}

Batches Batches::to(c10::Device device) const {
  auto moved = *this;
  if (inputs_.defined()) moved.inputs_ = inputs_.to(device);
  moved.targets_ = targets_.to(device);
  if (weights_.defined()) moved.weights_ = weights_.to(device);
  moved.device_ = device;
  return moved;
}

Batches Batches::weighted(Tensor weights) const {
  auto copy = *this;
  copy.weights_ = std::move(weights);
  return copy;
}

Batches Batches::drawn(Tensor chances) const {
  auto copy = *this;
  copy.chances_ = chances.cpu().to(at::kDouble).contiguous();
  if (copy.chances_.sizes() != at::IntArrayRef{rows()} || !copy.chances_.isfinite().all().item<bool>() ||
      copy.chances_.min().item<double>() < 0 || copy.chances_.sum().item<double>() <= 0)
    fail(ErrorKind::input, "Batches: chances must be ({}), finite, at least 0 and not all 0", rows());
  return copy;
}

std::vector<int64_t> Batches::input_shape() const {
  return examples_.write ? examples_.shape : inputs_.sizes().slice(1).vec();
}

}  // namespace reszoo
