#include "reszoo/train/dataset.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>

#include "loader.h"
#include "reszoo/base/blocks.h"
#include "reszoo/base/error.h"
#include "reszoo/base/permutation.h"
#include "windowed_order.h"

namespace reszoo {

namespace {

/// Returns the places of a batch whose files are good, and takes the others off `slices`, the rows of each of its
/// slices.
Tensor good_places(const std::vector<detail::Loaded::Bad>& bad, std::vector<int64_t>& slices, bool training) {
  std::vector<int64_t> places;
  auto next = bad.begin();
  int64_t place = 0;
  for (auto& rows : slices) {
    const auto before = places.size();
    for (const auto end = place + rows; place < end; ++place) {
      if (next != bad.end() && next->place == place) ++next;
      else places.push_back(place);
    }
    // Batch norm cannot train on one row.
    if (training && places.size() == before + 1) places.pop_back();
    rows = static_cast<int64_t>(places.size() - before);
  }
  return at::tensor(places, at::kLong);
}

}  // namespace

Tensor epoch_order(int64_t rows, uint64_t seed, int64_t epoch) { return permutation(rows, seed, epoch); }

/// The rows with bad files that were seen in any pass over the data.
struct Dataset::BadRows {
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

Dataset::Dataset(Tensor inputs, Tensor targets, Prepare prepare, Tensor weights)
    : inputs_(std::move(inputs)),
      targets_(std::move(targets)),
      weights_(std::move(weights)),
      prepare_(std::move(prepare)) {
  if (inputs_.dim() < 1 || targets_.dim() < 1 || inputs_.size(0) != targets_.size(0) || rows() == 0)
    fail(ErrorKind::input,
         "Dataset: inputs and targets must have the same number of rows and at least one, got ({}) and ({})",
         fmt::join(inputs_.sizes(), ", "), fmt::join(targets_.sizes(), ", "));
  check_weights();
}

Dataset::Dataset(Examples inputs, Tensor targets, LoaderOptions loading, Tensor weights)
    : targets_(std::move(targets)),
      weights_(std::move(weights)),
      examples_(std::move(inputs)),
      how_(std::move(loading)),
      bad_(std::make_shared<BadRows>()) {
  if (targets_.dim() < 1 || examples_.count != targets_.size(0) || rows() == 0)
    fail(ErrorKind::input,
         "Dataset: inputs and targets must have the same number of rows and at least one, got ({}) and ({})",
         examples_.count, fmt::join(targets_.sizes(), ", "));
  check_weights();
}

void Dataset::check_weights() const {
  if (weights_.defined() && (weights_.dim() != 1 || weights_.size(0) != rows()))
    fail(ErrorKind::input, "Dataset: weights must be ({}), got ({})", rows(), fmt::join(weights_.sizes(), ", "));
}

int64_t Dataset::batches(int64_t batch_size) const {
  if (batch_size < 1) fail(ErrorKind::usage, "Dataset: batch_size must be at least 1, got {}", batch_size);
  const auto count = (rows() + batch_size - 1) / batch_size;
  return count > 1 && rows() % batch_size == 1 ? count - 1 : count;
}

Dataset::Loader::Loader(const Dataset& data, Tensor order, int64_t batch_size, int64_t first,
                        std::optional<detail::RandomKey> random)
    : data_(std::make_shared<const Dataset>(data)),
      order_(std::move(order)),
      batch_size_(batch_size),
      size_(data.batches(batch_size)),
      position_(first),
      end_(size_),
      random_(random) {
  if (first < 0 || first > size_)
    fail(ErrorKind::usage, "Dataset: a pass of {} batches cannot begin with number {}", size_, first);
}

Dataset::Loader::Loader(Loader&&) noexcept = default;
Dataset::Loader& Dataset::Loader::operator=(Loader&&) noexcept = default;
Dataset::Loader::~Loader() = default;

std::optional<Batch> Dataset::Loader::next() {
  if (position_ == end_) return std::nullopt;
  auto batch = data_->examples_.write ? from_loader() : from_memory();
  ++position_;
  return batch;
}

std::pair<int64_t, int64_t> Dataset::Loader::range(int64_t batch) const {
  const int64_t first = batch * batch_size_;
  return {first, batch + 1 == size_ ? data_->rows() - first : batch_size_};
}

std::pair<int64_t, int64_t> Dataset::Loader::wanted(int64_t batch) const {
  const auto [first, count] = range(batch);
  const auto begin = slices_.begin(count, slices_.first), end = slices_.begin(count, slices_.first + slices_.count);
  return {first + begin, end - begin};
}

/// Returns the rows of each slice before bad files are left out; empty if batches are not divided.
std::vector<int64_t> Dataset::Loader::slice_rows(int64_t batch) const {
  std::vector<int64_t> rows;
  if (slices_.of == 1) return rows;
  const auto count = range(batch).second;
  for (int64_t i = 0; i < slices_.of; ++i) rows.push_back(slices_.begin(count, i + 1) - slices_.begin(count, i));
  return rows;
}

Tensor Dataset::Loader::rows_of(int64_t first, int64_t count) const {
  if (count == 0) return at::empty({0}, data_->targets_.options().dtype(at::kLong));
  if (windows_) return windows_->rows(first, count).to(data_->inputs_.device());
  return order_.defined() ? order_.narrow(0, first, count) : at::arange(first, first + count, at::kLong);
}

/// Returns views of consecutive rows, and copies of others.
Batch Dataset::Loader::from_memory() const {
  const auto [first, count] = wanted(position_);
  const auto rows = rows_of(first, count);
  const bool in_order = !order_.defined() && !windows_;
  const auto part = [&, begin = first, size = count](const Tensor& all) {
    return in_order ? all.narrow(0, begin, size) : all.index_select(0, rows);
  };
  Batch batch{.inputs = part(data_->inputs_),
              .targets = part(data_->targets_),
              .rows = rows,
              .slices = slices_,
              .slice_rows = slice_rows(position_)};
  if (data_->weights_.defined()) batch.weights = part(data_->weights_);
  if (data_->prepare_) batch.inputs = data_->prepare_(batch.inputs);
  return batch;
}

/// Starts the threads that load the batches from the next one on.
void Dataset::Loader::start_loader() {
  std::vector<Tensor> rows;
  for (auto batch = position_; batch < end_; ++batch)
    rows.push_back(order_.narrow(0, wanted(batch).first, wanted(batch).second));
  loader_ = std::make_unique<detail::Loader>(
      data_->examples_, std::move(rows), random_,
      detail::Loader::Options{data_->how_.workers, data_->how_.prefetch, data_->device_.is_cuda()});
}

Batch Dataset::Loader::from_loader() {
  if (!loader_) start_loader();
  auto loaded = loader_->next();
  const auto [first, count] = wanted(position_);
  auto rows = order_.narrow(0, first, count);
  auto all_slices = slice_rows(position_);
  std::vector<int64_t> slices{count};
  if (slices_.of > 1) {
    const auto begin = all_slices.begin() + slices_.first;
    slices.assign(begin, begin + slices_.count);
    if (data_->how_.bad_limit > 0) std::fill(all_slices.begin(), all_slices.end(), -1);
  }
  if (!loaded.bad.empty()) {
    for (const auto& bad : loaded.bad) data_->bad_->add(rows[bad.place].item<int64_t>(), bad.why, data_->how_);
    const auto places = good_places(loaded.bad, slices, random_.has_value());
    loaded.inputs = loaded.inputs.index_select(0, places);
    rows = rows.index_select(0, places);
  }
  if (slices_.of > 1) std::copy(slices.begin(), slices.end(), all_slices.begin() + slices_.first);
  rows = rows.to(data_->device_);
  Batch batch{.inputs = loaded.inputs.to(data_->device_, /*non_blocking=*/data_->device_.is_cuda()),
              .targets = data_->targets_.index_select(0, rows),
              .rows = rows,
              .slices = slices_,
              .slice_rows = std::move(all_slices)};
  if (data_->weights_.defined()) batch.weights = data_->weights_.index_select(0, rows);
  return batch;
}

Dataset::Loader Dataset::sequential(int64_t batch_size) const {
  return {*this, examples_.write ? at::arange(rows(), at::kLong) : Tensor(), batch_size, 0, std::nullopt};
}

Dataset::Loader Dataset::sequential(int64_t batch_size, int64_t first, int64_t end) const {
  Loader pass(*this, examples_.write ? at::arange(rows(), at::kLong) : Tensor(), batch_size, first, std::nullopt);
  if (end < first || end > pass.size_)
    fail(ErrorKind::usage, "Dataset: a pass of {} batches cannot end before number {}", pass.size_, end);
  pass.end_ = end;
  return pass;
}

/// Draws row indices with replacement, each with a probability proportional to its chance.
Tensor Dataset::draw(uint64_t seed, int64_t epoch) const {
  Random random(seed, epoch);
  const auto upto = chances_.cumsum(0);
  auto with_sampling_weights = at::empty({rows()}, at::kDouble);
  const double all = upto[-1].item<double>();
  auto* place = with_sampling_weights.mutable_data_ptr<double>();
  for (int64_t i = 0; i < rows(); ++i) place[i] = random.between(0, all);
  return at::searchsorted(upto, with_sampling_weights, /*out_int32=*/false, /*right=*/true).clamp_max(rows() - 1);
}

Dataset::Loader Dataset::shuffled(int64_t batch_size, uint64_t seed, int64_t epoch, int64_t first,
                                  const BatchSlices& slices) const {
  const bool windows = shuffle_window_ > 0 && rows() > shuffle_window_ && !chances_.defined() && !examples_.write;
  Tensor order;
  if (!windows) order = chances_.defined() ? draw(seed, epoch) : epoch_order(rows(), seed, epoch);
  if (!windows && !examples_.write) order = order.to(inputs_.device());
  Loader pass(*this, std::move(order), batch_size, first, detail::RandomKey{seed, epoch});
  pass.slices_ = slices;
  if (windows)
    pass.windows_ = std::make_unique<detail::WindowedOrder>(rows(), shuffle_window_, seed, epoch,
                                                            std::vector<Tensor>{inputs_, targets_, weights_});
  return pass;
}

Dataset Dataset::to(c10::Device device) const {
  auto moved = *this;
  if (inputs_.defined()) moved.inputs_ = inputs_.to(device);
  moved.targets_ = targets_.to(device);
  if (weights_.defined()) moved.weights_ = weights_.to(device);
  moved.device_ = device;
  return moved;
}

Dataset Dataset::select(const Tensor& rows) const {
  if (examples_.write) fail(ErrorKind::usage, "Dataset: rows are selected in memory, these inputs are made one by one");
  auto some = *this;
  for (auto* part : {&some.inputs_, &some.targets_, &some.weights_, &some.chances_})
    if (part->defined()) *part = selected_rows(*part, rows.to(part->device()));
  return some;
}

Dataset Dataset::weighted(Tensor weights) const {
  auto copy = *this;
  copy.weights_ = std::move(weights);
  return copy;
}

Dataset Dataset::with_shuffle_window(int64_t window) const {
  if (window < 0) fail(ErrorKind::usage, "Dataset: shuffle_window must be at least 0, got {}", window);
  auto copy = *this;
  copy.shuffle_window_ = window;
  return copy;
}

Dataset Dataset::with_sampling_weights(Tensor chances) const {
  auto copy = *this;
  copy.chances_ = chances.cpu().to(at::kDouble).contiguous();
  if (copy.chances_.sizes() != at::IntArrayRef{rows()} || !copy.chances_.isfinite().all().item<bool>() ||
      copy.chances_.min().item<double>() < 0 || copy.chances_.sum().item<double>() <= 0)
    fail(ErrorKind::input, "Dataset: chances must be ({}), finite, at least 0 and not all 0", rows());
  return copy;
}

std::vector<int64_t> Dataset::input_shape() const {
  return examples_.write ? examples_.shape : inputs_.sizes().slice(1).vec();
}

}  // namespace reszoo
