/// Threads that load inputs ahead of training.
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

/// A batch of inputs, (N, ...), and the rows of it that failed.
struct Loaded {
  struct Bad {
    int64_t place;  ///< index in the batch
    std::string why;
  };
  Tensor inputs;
  std::vector<Bad> bad;  ///< sorted by place
};

/// Loads the batches of a pass in order. Each worker takes the next few inputs that no other worker has taken, from the
/// earliest batch first, and writes them to their places. A batch is ready when all its places are written. At most
/// `prefetch` batches are open or waiting at a time.
class Loader {
 public:
  struct Options {
    int64_t workers, prefetch;
    bool pinned;  ///< in pinned memory, from which a GPU can copy while it computes
  };

  /// `rows`: the row indices of each batch, (N) int64. `random`: for inputs to train on. The examples must outlive the
  /// loader.
  Loader(const Examples& examples, std::vector<Tensor> rows, std::optional<RandomKey> random, const Options& options);
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  ~Loader();

  /// Waits for the next batch.
  /// Throws: what Examples::write throws, except Error (file).
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
  std::deque<Tensor> lent_;  ///< buffers of the last batches
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace reszoo::detail
