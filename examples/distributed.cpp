// Trains a network of your own by as many processes as a launcher starts:
//   torchrun --no-python --nproc-per-node 2 example_distributed
//   mpirun -n 2 example_distributed
// Alone it is one process. Every process holds the rows, as a mapped file or a network file system would give them; the
// Trainer takes from each batch those of its rank.
#include <fmt/format.h>

#include "reszoo/distributed/connect.h"
#include "reszoo/distributed/process_environment.h"
#include "reszoo/nn/residual_block.h"
#include "reszoo/train/trainer.h"

using namespace reszoo;

int main() try {
  const auto place = process_place_of_environment();
  at::set_num_threads(thread_share(place));
  const auto group = place.size > 1 ? connect(place, {.timeout = 60}) : nullptr;

  torch::manual_seed(0);
  const auto inputs = torch::randn({2000, 8});
  const auto targets = inputs.sin().sum(1, /*keepdim=*/true);
  const Dataset train(inputs.slice(0, 0, 1600), targets.slice(0, 0, 1600));
  const Dataset validation(inputs.slice(0, 1600), targets.slice(0, 1600));

  const nn::Sequential branch(nn::Linear(32, 32), nn::BatchNorm1d(32), nn::ReLU());
  const nn::Sequential network(nn::Linear(8, 32), residual(branch), nn::Linear(32, 1));
  const Loss loss = [](const Tensor& outputs, const Tensor& wanted) { return (outputs - wanted).square().flatten(); };
  const Evaluation evaluation{.metrics = [](const Tensor& outputs, const Tensor& wanted) {
    return Metrics{{"rmse", rmse(outputs, wanted)}};
  }};

  TrainerOptions options{.epochs = 10, .batch_size = 64, .optimizer = {.lr = 1e-2}};
  options.group = group;
  options.shards = 4;  // 1, 2 and 4 processes of as many threads each end with the same bits; 0 is faster
  Trainer trainer(network, loss, evaluation, options);
  const auto result = trainer.fit(train, validation);
  if (place.rank == 0)
    fmt::print("rmse {:.3f} in epoch {}, {} processes\n", result.best_metrics.front().second, result.best_epoch,
               place.size);
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", message_of(error));
  return 1;
}
