#include "loader.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

constexpr int64_t kRowsTaken = 4;  // inputs that a worker takes at a time

/// Returns the shape in which inputs are written: images are channels-last.
std::vector<int64_t> written_shape(int64_t rows, const std::vector<int64_t>& shape) {
  if (shape.size() == 3) return {rows, shape[1], shape[2], shape[0]};
  std::vector<int64_t> written{rows};
  written.insert(written.end(), shape.begin(), shape.end());
  return written;
}

}  // namespace

/// A batch that is being loaded.
struct Loader::Open {
  Tensor rows;     ///< (N)
  Tensor written;  ///< see written_shape
  int64_t taken = 0, done = 0;
  std::vector<Loaded::Bad> bad = {};
  std::exception_ptr error = nullptr;

  int64_t size() const { return rows.size(0); }
};

/// A range of places in a batch.
struct Loader::Work {
  std::shared_ptr<Open> batch;
  int64_t first, count;
};

Loader::Loader(const Examples& examples, std::vector<Tensor> rows, std::optional<RandomKey> random,
               const Options& options)
    : examples_(examples), rows_(std::move(rows)), random_(random), options_(options) {
  for (int64_t i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { run(); });
}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_there_.notify_all();
  for (auto& thread : threads_) thread.join();
}

/// Returns the memory of an earlier batch that is no longer in use, otherwise new memory. The operating system clears
/// new memory page by page, which takes a fifth of the loading time.
Tensor Loader::memory_for(int64_t rows) {
  const auto shape = written_shape(rows, examples_.shape);
  for (auto lent = lent_.begin(); lent != lent_.end(); ++lent)
    if (lent->storage().use_count() == 1 && lent->sizes() == at::IntArrayRef(shape)) {
      auto memory = std::move(*lent);
      lent_.erase(lent);
      return memory;
    }
  return at::empty(shape, at::TensorOptions(at::kFloat).pinned_memory(options_.pinned));
}

Loader::Open& Loader::open_batch() {
  auto batch = std::make_shared<Open>();
  batch->rows = rows_[opened_++];
  batch->written = memory_for(batch->size());
  open_.push_back(std::move(batch));
  return *open_.back();
}

/// Returns the next work, if any may start now. The caller holds the mutex.
std::optional<Loader::Work> Loader::take() {
  for (const auto& batch : open_)
    if (batch->taken < batch->size()) {
      const auto first = batch->taken;
      batch->taken = std::min(first + kRowsTaken, batch->size());
      return Work{batch, first, batch->taken - first};
    }
  if (opened_ >= rows_.size() || std::ssize(open_) >= std::max<int64_t>(options_.prefetch, 1)) return std::nullopt;
  open_batch();
  return take();
}

void Loader::make(const Work& work) {
  auto& batch = *work.batch;
  const auto* rows = batch.rows.const_data_ptr<int64_t>();
  const auto size = batch.written.numel() / batch.size();
  auto* to = batch.written.mutable_data_ptr<float>();
  std::vector<Loaded::Bad> bad;
  std::exception_ptr error;
  for (auto place = work.first; place < work.first + work.count; ++place) try {
      std::optional<Random> random;
      if (random_) random.emplace(random_->seed, random_->epoch, rows[place]);
      examples_.write(rows[place], random ? &*random : nullptr, to + place * size);
    } catch (const Error& failure) {
      if (failure.kind() == ErrorKind::file) bad.push_back({place, failure.what()});
      else error = std::current_exception();
    } catch (...) {
      error = std::current_exception();
    }
  const std::lock_guard lock(mutex_);
  batch.done += work.count;
  batch.bad.insert(batch.bad.end(), bad.begin(), bad.end());
  if (error) batch.error = error;
}

void Loader::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto work = take();
    if (!work) {
      work_there_.wait(lock);
      continue;
    }
    lock.unlock();
    make(*work);
    batch_ready_.notify_one();
    lock.lock();
  }
}

Loaded Loader::next() {
  std::unique_lock lock(mutex_);
  if (open_.empty()) open_batch();
  const auto batch = open_.front();
  while (batch->done < batch->size()) {
    if (options_.workers > 0) {
      work_there_.notify_all();
      batch_ready_.wait(lock);
      continue;
    }
    const auto work = take();
    lock.unlock();
    make(*work);
    lock.lock();
  }
  open_.pop_front();
  work_there_.notify_all();
  if (batch->error) std::rethrow_exception(batch->error);
  std::sort(batch->bad.begin(), batch->bad.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
  // Returns a view, so that the storage's use count shows whether it is still in use.
  auto inputs = examples_.shape.size() == 3 ? batch->written.permute({0, 3, 1, 2}) : batch->written.detach();
  // A GPU may still be reading pinned memory after its tensor is released: LibTorch's allocator handles that.
  if (!options_.pinned) lent_.push_back(batch->written);
  if (std::ssize(lent_) > options_.prefetch + 1) lent_.pop_front();
  return {std::move(inputs), std::move(batch->bad)};
}

}  // namespace reszoo::detail
