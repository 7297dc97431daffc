#include "reszoo/train/exponential_moving_average.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "support/support.h"
#include "train/small_run.h"

using namespace reszoo;

TEST(ExponentialMovingAverage, FollowsItsFormula) {
  torch::nn::Linear net(2, 1);
  const torch::NoGradGuard no_grad;
  net->weight.fill_(1);
  ExponentialMovingAverage average(*net, 0.9);
  double wanted = 1;
  for (int64_t step = 0; step < 200; ++step) {
    net->weight.fill_(static_cast<double>(step % 7));
    average.update(step);
    const auto t = static_cast<double>(step);
    const double decay = std::min(0.9, (1 + t) / (10 + t));
    wanted = decay * wanted + (1 - decay) * static_cast<double>(step % 7);
  }
  EXPECT_NEAR(average.state()["weight"][0][0].item<double>(), wanted, 1e-5);
  EXPECT_EQ(net->weight[0][0].item<double>(), 199 % 7);
}

TEST(ExponentialMovingAverage, CountsOfBatchesAreCopied) {
  torch::nn::BatchNorm1d norm(3);
  ExponentialMovingAverage average(*norm, 0.99);
  norm->forward(torch::randn({4, 3}));
  average.update(0);
  EXPECT_EQ(average.state()["num_batches_tracked"].item<int64_t>(), 1);
}

// Validation and the best weights use the average; training continues with the current weights.
TEST(ExponentialMovingAverage, IsWhatATrainerKeeps) {
  auto options = test::small_options();
  const auto data = test::small_data();
  const auto run = [&](double decay) {
    options.ema_decay = decay;
    StateDict last;
    TrainerHooks hooks;
    hooks.on_best = [&](const StateDict& best, const Progress&) { last = best; };
    Trainer trainer(test::small_net(), test::squared_error, test::by_rmse(), options, hooks);
    const auto result = trainer.fit(data, data);
    return std::pair(result.history.front().loss, last);
  };
  const auto [plain_loss, plain] = run(0);
  const auto [average_loss, average] = run(0.9);
  EXPECT_EQ(plain_loss, average_loss);
  EXPECT_FALSE(torch::equal(plain["last.weight"], average["last.weight"]));
}
