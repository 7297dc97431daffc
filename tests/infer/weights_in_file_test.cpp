// The weights of a Predictor stay in their file: packing takes them out of memory, and finds them again.
#include <gtest/gtest.h>

#include <thread>

#include "reszoo/infer/predictor.h"
#include "reszoo/weights/pth.h"
#include "small_model.h"
#include "support/any_values.h"
#include "support/pages.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

constexpr const char* kLarge = "layer3.2.conv2.weight";  // 144 KiB

/// A file of weights, and a network that has them in memory.
class WeightsInFile : public testing::Test {
 protected:
  WeightsInFile() { write_pth(path(), state_of(*model.network())); }

  std::filesystem::path path() const { return folder / "net.pth"; }
  Predictor open() const { return open_predictor(path(), {.model = "cifar_resnet20", .options = {{"outputs", 2}}}); }
  Tensor expected(const Tensor& x) {
    model.fuse();
    return model.outputs(x);
  }

  const TempDir folder;
  Model model = small_model();
};

Tensor weight_of(const Predictor& predictor) { return state_of(*predictor.model()->network())[kLarge]; }

}  // namespace

TEST_F(WeightsInFile, LeaveMemoryWhenTheyArePacked) {
  auto predictor = open();
  predictor.model()->fuse();
  const auto x = uniform("x", {2, 3, 32, 32});
  EXPECT_TRUE(torch::equal(predictor.outputs(x), expected(x)));
  if (bytes_in_memory(weight_of(predictor)) < 0) GTEST_SKIP() << "no /proc/self/pagemap";
  EXPECT_EQ(bytes_in_memory(weight_of(predictor)), 0);
}

TEST_F(WeightsInFile, ArePackedAgainForOtherAlgorithmsPrecisionsAndOutputs) {
  auto predictor = open();
  auto& opened = *predictor.model();
  opened.fuse();
  for (const int64_t size : {32, 8, 64}) {  // Winograd's algorithm is for large images
    const auto x = uniform("x", {1, 3, size, size});
    EXPECT_TRUE(torch::equal(opened.outputs(x), expected(x))) << size;
    EXPECT_TRUE(torch::equal(opened.features(x), model.features(x))) << size;
    EXPECT_TRUE(torch::equal(opened.fused().front().features(x, {"layer2"}).front(),
                             model.fused().front().features(x, {"layer2"}).front()))
        << size;
  }
  const auto x = uniform("x", {2, 3, 32, 32});
  for (const auto& how : {FuseOptions{.winograd = false}, FuseOptions{.precision = Precision::bfloat16}}) {
    opened.fuse(how);
    model.fuse(how);
    EXPECT_TRUE(torch::equal(opened.outputs(x), model.outputs(x)));
  }
  opened.unfuse();
  model.unfuse();
  EXPECT_TRUE(torch::equal(opened.outputs(x), model.outputs(x)));
}

TEST_F(WeightsInFile, KeepChangesThatWereMadeInMemory) {
  auto predictor = open();
  for (auto* network : {&predictor.model()->network(), &model.network()}) {
    const torch::NoGradGuard no_grad;
    auto weight = state_of(**network)[kLarge];
    weight.mul_(2);
  }
  const auto x = uniform("x", {2, 3, 32, 32});
  for (const int64_t size : {32, 64}) {
    const auto images = uniform("x", {2, 3, size, size});
    predictor.model()->fuse();
    EXPECT_TRUE(torch::equal(predictor.outputs(images), expected(images))) << size;
  }
  EXPECT_TRUE(torch::equal(weight_of(predictor), state_of(*model.network())[kLarge]));
}

TEST_F(WeightsInFile, ManyThreadsPackAndReadThem) {
  auto predictor = open();
  predictor.model()->fuse();
  const auto fused = predictor.model()->fused().front();
  model.fuse();
  const auto known = model.fused().front();
  std::vector<std::jthread> threads;
  for (const int64_t size : {8, 16, 32, 48, 64, 80})
    threads.emplace_back([&, size] {
      const auto x = uniform("x", {1, 3, size, size});
      for (int round = 0; round < 3; ++round) EXPECT_TRUE(torch::equal(fused.forward(x), known.forward(x))) << size;
    });
}
