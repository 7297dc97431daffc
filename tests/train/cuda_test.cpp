// Training on a GPU equals training on the CPU; skipped without a GPU.
#include <torch/cuda.h>

#include "reszoo/zoo/registry.h"
#include "support/support.h"
#include "train/small_run.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

class Cuda : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device";
  }

  static TrainerOptions options(const std::filesystem::path& out = {}) {
    auto options = small_options(out);
    options.device = torch::kCUDA;
    return options;
  }
};

StateDict on_cpu(const nn::Module& module) {
  StateDict copy;
  for (const auto& item : snapshot(module)) copy.insert(item.key(), item.value().cpu());
  return copy;
}

nn::Sequential plain_net() {
  torch::manual_seed(11);
  return nn::Sequential(nn::Linear(4, 16), nn::Tanh(), nn::BatchNorm1d(16), nn::Linear(16, 1));
}

/// Images of noise, with an added random number if `random` is given.
Dataset images(int64_t workers) {
  Examples examples{.count = 40, .shape = {3, 8, 8}, .write = [](int64_t row, Random* random, float* to) {
                      for (int64_t i = 0; i < 192; ++i)
                        to[i] = std::sin(static_cast<float>(row * 192 + i)) +
                                (random ? static_cast<float>(random->uniform()) : 0);
                    }};
  return {examples, torch::arange(40).remainder(4), {.workers = workers, .prefetch = 3}};
}

}  // namespace

TEST_F(Cuda, TrainsAsTheCpuDoes) {
  for (const auto kind : {OptimizerKind::adamw, OptimizerKind::sgd, OptimizerKind::lamb, OptimizerKind::lion}) {
    auto one = small_options(), other = options();
    one.optimizer = other.optimizer = OptimizerOptions::defaults(kind);
    auto here = plain_net(), there = plain_net();
    Trainer(here, squared_error, by_rmse(), one).fit(small_data(), small_data(20));
    Trainer(there, squared_error, by_rmse(), other).fit(small_data(), small_data(20));
    EXPECT_TRUE(there->parameters().front().is_cuda());
    expect_close(on_cpu(*there), on_cpu(*here), kind == OptimizerKind::lion ? 1e-2 : 1e-3);  // signs in Lion may flip
  }
}

TEST_F(Cuda, ResumedEndsWithTheSameBits) {
  const TempDir folder;
  for (const auto precision : {Precision::float32, Precision::bfloat16, Precision::float16}) {
    auto cut = options(folder / text_of(precision));
    cut.precision = precision;
    const auto history = expect_same_when_cut(squared_error, cut).history;
    EXPECT_LT(history.back().loss, history.front().loss) << text_of(precision);
  }
}

TEST_F(Cuda, ImagesMadeByThreadsArriveWhole) {
  const auto here = images(0), there = images(2).to(torch::kCUDA);
  std::vector<Batch> batches;  // kept until all batches exist, so that their memory is not reused
  for (const auto& batch : there.shuffled(16, 5, 2)) batches.push_back(batch);
  size_t i = 0;
  for (const auto& expected : here.shuffled(16, 5, 2)) {
    const auto& given = batches.at(i++);
    EXPECT_TRUE(given.inputs.is_cuda() && given.targets.is_cuda());
    EXPECT_TRUE(torch::equal(given.inputs.cpu(), expected.inputs)) << i;
    EXPECT_TRUE(torch::equal(given.targets.cpu(), expected.targets)) << i;
  }
  EXPECT_EQ(i, batches.size());
}

TEST_F(Cuda, AnImageNetworkTrainsInEveryPrecision) {
  for (const auto precision : {Precision::float32, Precision::bfloat16, Precision::float16}) {
    torch::manual_seed(3);
    auto network = create_model("cifar_resnet20", ImageOptions{.outputs = 4});
    auto how = options();
    how.epochs = 6;
    how.batch_size = 16;
    how.channels_last = true;
    how.precision = precision;
    how.mix = {.mixup = 0.1};
    const Loss loss = [](const Tensor& outputs, const Tensor& targets) {
      return torch::cross_entropy_loss(outputs, targets);
    };
    const Evaluation by_loss{.metrics = [&](const Tensor& outputs, const Tensor& targets) {
      return Metrics{{"rmse", torch::cross_entropy_loss(outputs, targets).item<double>()}};
    }};
    const auto result = Trainer(network, loss, by_loss, how).fit(images(2));
    EXPECT_LT(result.history.back().loss, result.history.front().loss) << text_of(precision);
  }
}
