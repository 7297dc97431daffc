// Fused training of image networks against the modules.
#include <torch/autograd.h>
#include <torch/nn.h>

#include "reszoo/train/fused_training.h"
#include "reszoo/zoo/registry.h"
#include "support/support.h"
#include "train/guards.h"

using namespace reszoo;
using reszoo::test::expect_error;

namespace {

/// The outputs, the gradients of the input and every parameter, and every buffer after one training step.
struct Step {
  Tensor output, input_gradient;
  std::vector<std::pair<std::string, Tensor>> gradients, buffers;
};

Step step(const Network& network, const Tensor& x, bool fast) {
  auto copy = deep_copy(network);
  const auto input = x.clone().set_requires_grad(true);
  AnyModule model(copy);
  FusedTraining forward;
  Step result{.output = fast ? forward(model, input, 0) : model.forward(input)};
  (result.output * torch::arange(result.output.numel()).view_as(result.output).sin()).sum().backward();
  result.input_gradient = input.grad();
  for (const auto& item : copy->named_parameters()) result.gradients.emplace_back(item.key(), item.value().grad());
  for (const auto& item : copy->named_buffers()) result.buffers.emplace_back(item.key(), item.value());
  return result;
}

/// Returns the relative difference in the 2-norm: rounding alone may switch a ReLU, which changes individual gradients.
double difference(const Tensor& a, const Tensor& b) {
  return ((a - b).norm() / b.norm().clamp_min(1e-6)).item<double>();
}

void expect_equal_steps(const Network& network, const Tensor& x, const std::string& what) {
  ASSERT_TRUE(FusedTraining::applies(AnyModule(network))) << what;
  const auto plain = step(network, x, false), fast = step(network, x, true);
  EXPECT_LT(difference(fast.output, plain.output), 1e-4) << what;
  EXPECT_LT(difference(fast.input_gradient, plain.input_gradient), 1e-2) << what;
  for (size_t i = 0; i < plain.gradients.size(); ++i) {
    const auto& [name, gradient] = plain.gradients[i];
    ASSERT_EQ(gradient.defined(), fast.gradients[i].second.defined()) << what << " " << name;
    if (gradient.defined()) EXPECT_LT(difference(fast.gradients[i].second, gradient), 1e-2) << what << " " << name;
  }
  for (size_t i = 0; i < plain.buffers.size(); ++i)
    EXPECT_LT(difference(fast.buffers[i].second.to(at::kFloat), plain.buffers[i].second.to(at::kFloat)), 1e-4)
        << what << " " << plain.buffers[i].first;
}

Tensor images(int64_t count, int64_t channels, int64_t side) {
  const auto x = torch::randn({count, channels, side, side});
  return x.contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

TEST(ImageFused, EqualTheModulesOfEveryKindOfBlock) {
  for (const auto* name : {"resnet18", "resnet18d", "seresnet18", "resnetv2_18", "resnet26", "cifar_resnet20"}) {
    torch::manual_seed(1);
    const auto network = create_model(name, ImageOptions{.outputs = 5});
    expect_equal_steps(network, images(8, 3, 64), name);
  }
}

TEST(ImageFused, EqualTheModulesForOtherOptions) {
  torch::manual_seed(2);
  expect_equal_steps(create_model("cifar_resnet20", ImageOptions{.outputs = 5, .channels = 1}), images(3, 1, 13),
                     "grey, odd sizes");
  ImageOptions options{.outputs = 5};
  options.activation = Activation::parse("gelu");
  expect_equal_steps(create_model("resnet18", options), images(4, 3, 33), "gelu");
  options = {.outputs = 5};
  options.shortcut = ShortcutKind::projection;
  expect_equal_steps(create_model("cifar_resnet20", options), images(4, 3, 20), "projection");
}

TEST(ImageFused, Bfloat16IsAsExactAsThatOfTheModules) {
  torch::manual_seed(7);
  const auto network = create_model("resnet18", ImageOptions{.outputs = 5});
  const auto x = images(8, 3, 64);
  const auto exact = step(network, x, false);
  const reszoo::detail::AutocastGuard autocast(torch::kCPU, Precision::bfloat16);
  const auto plain = step(network, x, false), fast = step(network, x, true);
  EXPECT_EQ(fast.output.scalar_type(), plain.output.scalar_type());
  EXPECT_LT(difference(fast.output, exact.output), 1.5 * difference(plain.output, exact.output) + 1e-3);
  double of_plain = 0, of_fast = 0;
  for (size_t i = 0; i < exact.gradients.size(); ++i) {
    EXPECT_EQ(fast.gradients[i].second.scalar_type(), at::kFloat);
    of_plain += difference(plain.gradients[i].second, exact.gradients[i].second);
    of_fast += difference(fast.gradients[i].second, exact.gradients[i].second);
  }
  EXPECT_LT(of_fast, 1.5 * of_plain);
}

TEST(ImageFused, FrozenPartsStayFrozen) {
  torch::manual_seed(3);
  auto network = create_model("resnet18", ImageOptions{.outputs = 5});
  network->named_children()["layer1"]->eval();
  for (auto& parameter : network->named_children()["layer2"]->parameters()) parameter.set_requires_grad(false);
  expect_equal_steps(network, images(4, 3, 40), "frozen");
}

TEST(ImageFused, WideChannelsAndFewRowsAreExactToo) {
  torch::manual_seed(4);
  auto network = create_model("resnet18", ImageOptions{.outputs = 5});
  expect_equal_steps(network, images(2, 3, 33), "one pixel a map at the end");
}

TEST(ImageFused, AreTheSameForAnyNumberOfThreads) {
  torch::manual_seed(5);
  const auto network = create_model("cifar_resnet20", ImageOptions{.outputs = 5});
  const auto x = images(16, 3, 32);
  const auto before = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = step(network, x, true);
  at::set_num_threads(2);
  const auto two = step(network, x, true);
  at::set_num_threads(before);
  EXPECT_LT(difference(two.output, one.output), 1e-5);
  for (size_t i = 0; i < one.buffers.size(); ++i)
    EXPECT_LT(difference(two.buffers[i].second.to(at::kFloat), one.buffers[i].second.to(at::kFloat)), 1e-5);
}

TEST(ImageFused, EachRunHasTheSameBits) {
  torch::manual_seed(8);
  const auto network = create_model("resnet18", ImageOptions{.outputs = 5});
  const auto x = images(8, 3, 64);
  const auto one = step(network, x, true), two = step(network, x, true);
  for (size_t i = 0; i < one.gradients.size(); ++i)
    EXPECT_TRUE(at::equal(one.gradients[i].second, two.gradients[i].second)) << one.gradients[i].first;
}

TEST(ImageFused, GradientsOfGradientsAreRefused) {
  torch::manual_seed(6);
  AnyModule model(create_model("cifar_resnet20", ImageOptions{.outputs = 5}));
  FusedTraining forward;
  const auto x = images(4, 3, 16).set_requires_grad(true);
  const auto y = forward(model, x, 0).sum();
  expect_error(ErrorKind::usage, "gradients of gradients", [&] { torch::autograd::grad({y}, {x}, {}, true, true); });
}
