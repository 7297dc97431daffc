// A server inside the process: many threads send requests, and one thread answers them in batches. Prints latency and
// throughput for several batch sizes.
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <future>
#include <thread>

#include "reszoo/fusion/fused.h"
#include "reszoo/zoo/registry.h"

using namespace reszoo;
using Clock = std::chrono::steady_clock;

/// Runs requests that arrive at about the same time as one batch of at most `most` images.
class Batcher {
 public:
  Batcher(FusedNetwork network, size_t most)
      : network_(std::move(network)), most_(most), worker_([this](const std::stop_token& stop) { work(stop); }) {}

  /// Returns the output for one image (1, C, H, W). Waits for the result, and throws what the network throws.
  Tensor operator()(const Tensor& image) {
    std::unique_lock lock(mutex_);
    auto answer = queue_.emplace_back(image, std::promise<Tensor>()).second.get_future();
    lock.unlock();
    asked_.notify_one();
    return answer.get();
  }

 private:
  using Asked = std::pair<Tensor, std::promise<Tensor>>;

  void work(const std::stop_token& stop) {
    const c10::InferenceMode inference;
    std::unique_lock lock(mutex_);
    while (asked_.wait(lock, stop, [this] { return !queue_.empty(); })) {
      const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(most_, queue_.size()));
      std::vector<Asked> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
      queue_.erase(queue_.begin(), end);
      lock.unlock();
      answer(batch);
      lock.lock();
    }
  }

  void answer(std::vector<Asked>& batch) try {
    std::vector<Tensor> images;
    for (const auto& asked : batch) images.push_back(asked.first);
    const auto answers = network_.forward(torch::cat(images));
    for (size_t i = 0; i < batch.size(); ++i) batch[i].second.set_value(answers[static_cast<int64_t>(i)]);
  } catch (...) {
    for (auto& asked : batch) asked.second.set_exception(std::current_exception());
  }
  FusedNetwork network_;
  size_t most_;
  std::mutex mutex_;
  std::condition_variable_any asked_;
  std::vector<Asked> queue_;
  std::jthread worker_;  // last member, so that it stops before the others are destroyed
};

int main() {
  const auto network = fuse(create_model("resnet18"));
  for (const size_t most : {1, 4, 16}) {
    Batcher serve(network, most);
    std::vector<std::future<double>> clients;
    for (int i = 0; i < 16; ++i)
      clients.push_back(std::async(std::launch::async, [&] {
        const auto begin = Clock::now();
        for (int call = 0; call < 4; ++call) serve(torch::rand({1, 3, 96, 96}));
        return std::chrono::duration<double>(Clock::now() - begin).count() / 4;
      }));
    double wait = 0;
    for (auto& client : clients) wait += client.get() / 16;
    fmt::print("batch of up to {:2}: a client waits {:6.1f} ms, {:6.1f} images/s\n", most, 1e3 * wait, 16 / wait);
  }
}
