/// Threads that make inputs ahead of the training.
#pragma once
#include <ATen/core/Tensor.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "reszoo/train/dataset.h"

namespace reszoo::detail {

/// A batch of inputs, (N, ...), and what failed of it.
struct Loaded {
  struct Bad {
    int64_t place;  ///< in the batch
    std::string why;
  };
  Tensor inputs;
  std::vector<Bad> bad;  ///< rising
};

/// Makes the batches of a pass in their order. Every worker takes the next few inputs that
/// nobody makes yet, of the earliest batch first, and writes them to their places: a batch
/// is ready when its last place is written. At most `prefetch` batches are begun and not taken.
class Loader {
 public:
  struct Options {
    int64_t workers, prefetch;
    bool pinned;  ///< in memory that a GPU can copy from while it computes
  };

  /// `rows`: the row numbers of each batch, (N) int64. `random`: of inputs to train on. The examples must outlive this.
  Loader(const Examples& examples, std::vector<Tensor> rows, std::optional<RandomKey> random, const Options& options);
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  ~Loader();

  /// Waits for the next batch. Throws: what Examples::write throws, but Error (file).
  Loaded next();

 private:
  struct Open;
  struct Work;

  void run();
  std::optional<Work> take();
  Open& open_batch();
  Tensor memory_for(int64_t rows);
  void make(const Work& work);

  const Examples& examples_;
  std::vector<Tensor> rows_;
  size_t opened_ = 0;
  std::optional<RandomKey> random_;
  Options options_;
  std::mutex mutex_;
  std::condition_variable work_there_, batch_ready_;
  std::deque<std::shared_ptr<Open>> open_;
  std::deque<Tensor> lent_;  ///< what the last batches were written to
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace reszoo::detail
