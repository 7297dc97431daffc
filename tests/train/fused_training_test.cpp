// Fused training of tables against the modules.
#include "reszoo/train/fused_training.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/nn.h>

#include <array>
#include <atomic>
#include <thread>

#include "reszoo/base/parallel.h"
#include "reszoo/zoo/registry.h"
#include "support/support.h"
#include "train/mask_net.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

TabularOptions small(const std::string& norm = "batch") {
  return {.outputs = 3,
          .numeric = 5,
          .blocks = 3,
          .width = 19,
          .hidden_factor = 1.7,
          .dropout = 0.0,
          .norm = Norm::parse(norm)};
}

/// Weights without symmetries that could hide errors: norms have scales, shifts and non-trivial statistics.
Network network(const TabularOptions& options) {
  torch::manual_seed(3);
  auto net = create_model("tabular_resnet", options);
  const torch::NoGradGuard no_grad;
  for (auto& parameter : net->parameters())
    if (parameter.dim() == 1) parameter.uniform_(-1, 1).add_(0.5);
  return net;
}

Tensor rows(int64_t count = 67, int64_t columns = 5) {
  return torch::arange(count * columns).view({count, columns}).mul(0.7).sin().mul(2).add(1);
}

struct Pass {
  Tensor outputs, input_gradient;
};

/// Runs forward and backward with a loss that weights every output differently.
template <typename Forward>
Pass pass(const Tensor& x, const Forward& forward, bool of_input = true) {
  auto leaf = x.clone().requires_grad_(of_input);
  const auto outputs = forward(leaf);
  (outputs * torch::arange(outputs.numel()).cos().view_as(outputs)).sum().backward();
  return {outputs.detach(), leaf.grad()};
}

double error(const Tensor& numbers, const Tensor& exact) {
  return (numbers.to(torch::kDouble) - exact).abs().max().item<double>();
}

/// Float32 has rounding errors that a norm of nearly equal values amplifies: the error of ours may be three times that
/// of the modules.
void expect_close(const Tensor& ours, const Tensor& theirs, const Tensor& exact, const std::string& what) {
  ASSERT_EQ(ours.defined(), theirs.defined()) << what;
  if (!ours.defined()) return;
  const double rounding = 2e-6 * (1 + exact.abs().max().item<double>());
  EXPECT_LT(error(ours, exact), 3 * error(theirs, exact) + rounding) << what;
}

void clear_gradients(const Network& net) {
  for (auto& parameter : net->parameters()) parameter.mutable_grad().reset();
}

/// Compares outputs, gradients of the input and the parameters, and buffers. Without a gradient of the input, the first
/// layer of a k-ensemble reads the columns itself.
void expect_equal_passes(Network& ours, Network& theirs, const Tensor& x, bool of_input = true) {
  AnyModule model(ours);
  ASSERT_TRUE(FusedTraining::applies(model));
  auto exact = deep_copy(theirs);
  exact->to(torch::kDouble);
  for (const auto& net : {ours, theirs, exact}) clear_gradients(net);
  FusedTraining fast;
  const auto a = pass(
      x, [&](const Tensor& leaf) { return fast(model, leaf, 0); }, of_input);
  const auto b = pass(
      x, [&](const Tensor& leaf) { return theirs->forward(leaf); }, of_input);
  const auto c = pass(
      x.to(torch::kDouble), [&](const Tensor& leaf) { return exact->forward(leaf); }, of_input);
  expect_close(a.outputs, b.outputs, c.outputs, "outputs");
  expect_close(a.input_gradient, b.input_gradient, c.input_gradient, "input");
  const auto parameters = theirs->named_parameters(), exact_parameters = exact->named_parameters();
  for (const auto& item : ours->named_parameters())
    expect_close(item.value().grad(), parameters[item.key()].grad(), exact_parameters[item.key()].grad(), item.key());
  const auto buffers = theirs->named_buffers(), exact_buffers = exact->named_buffers();
  for (const auto& item : ours->named_buffers())
    expect_close(item.value(), buffers[item.key()], exact_buffers[item.key()], item.key());
}

/// Draws the members' scales: those that are initialised to 1 would hide a missing factor.
Network with_scales(Network net) {
  const torch::NoGradGuard no_grad;
  for (auto& item : net->named_parameters())
    if (item.key().ends_with(".r") || item.key().ends_with(".s") || item.key().starts_with("encoder"))
      item.value().uniform_(-1.5, 1.5);
  return net;
}

/// The mask of a k-ensemble: to a dropout, each row of each member is a row.
Tensor member_mask(int64_t count, int64_t members, const MaskOf& of) {
  return mask(count * members, of).view({count, members * of.width});
}

class Threads : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { at::set_num_threads(GetParam()); }
  void TearDown() override { at::set_num_threads(1); }
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(One, Threads, testing::Values(1));
INSTANTIATE_TEST_SUITE_P(Two, Threads, testing::Values(2));

TEST(Parallel, TwoTasksRunAtTheSameTimeInTwoThreads) {
  at::set_num_threads(2);
  std::atomic<int> there = 0;
  std::array<bool, 2> met{};
  parallel(2, [&](int64_t task) {
    ++there;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (there < 2 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    met[static_cast<size_t>(task)] = there == 2;
  });
  at::set_num_threads(1);
  EXPECT_TRUE(met[0] && met[1]);
}

TEST(Parallel, EveryTaskRunsOnce) {
  for (const int threads : {1, 2})
    for (const int64_t tasks : {1, 2, 7, 100}) {
      at::set_num_threads(threads);
      std::vector<std::atomic<int>> runs(static_cast<size_t>(tasks));
      parallel(tasks, [&](int64_t task) { ++runs[static_cast<size_t>(task)]; });
      for (const auto& count : runs) EXPECT_EQ(count, 1);
    }
  at::set_num_threads(1);
}

TEST_P(Threads, FastForwardEqualsTheModulesInValuesGradientsAndStatistics) {
  for (const auto* norm : {"batch", "none"}) {
    SCOPED_TRACE(norm);
    auto ours = network(small(norm)), theirs = deep_copy(ours);
    expect_equal_passes(ours, theirs, rows());
    expect_equal_passes(ours, theirs, rows(40));  // a different batch size
  }
}

TEST_P(Threads, FastForwardEqualsTheModulesInProductsOfEveryShape) {
  // 48 + 16 + 8 + 4 + 2 + 1 columns cover every kind of tile; more than 256 rows, and hidden columns, are summed in
  // parts.
  auto options = small();
  options.blocks = 1;
  options.width = 79;
  options.hidden_factor = 3.5;
  auto ours = network(options), theirs = deep_copy(ours);
  expect_equal_passes(ours, theirs, rows(301));
  options.members = 5;
  ours = with_scales(network(options)), theirs = deep_copy(ours);
  expect_equal_passes(ours, theirs, rows(130));
}

TEST_P(Threads, FastForwardLeavesWhatIsBeforeTheProjectionToItsModules) {
  auto options = small();
  options.cardinalities = std::vector<int64_t>{4, 2};
  options.embedding_width = 3;
  auto ours = network(options), theirs = deep_copy(ours);
  auto x = torch::cat(
      {rows(), torch::arange(67).remainder(4).view({67, 1}), torch::arange(67).remainder(2).view({67, 1})}, 1);
  expect_equal_passes(ours, theirs, x);
}

TEST_P(Threads, FastForwardOfKNetworksInOneEqualsTheModules) {
  for (const auto* norm : {"batch", "none"}) {
    SCOPED_TRACE(norm);
    auto options = small(norm);
    options.members = 4;
    options.cardinalities = std::vector<int64_t>{4};
    options.embedding_width = 3;
    auto ours = with_scales(network(options)), theirs = deep_copy(ours);
    expect_equal_passes(ours, theirs, torch::cat({rows(), torch::arange(67).remainder(4).view({67, 1})}, 1));
  }
}

TEST_P(Threads, FastForwardOfOneMemberEqualsTheModules) {
  auto options = small();
  options.members = 1;
  auto ours = with_scales(network(options)), theirs = deep_copy(ours);
  expect_equal_passes(ours, theirs, rows());
}

TEST_P(Threads, FastForwardOfKNetworksWithManyOutputsEqualsTheModules) {
  auto options = small();
  options.members = 3;
  options.outputs = 21;
  auto ours = with_scales(network(options)), theirs = deep_copy(ours);
  expect_equal_passes(ours, theirs, rows(150));
}

TEST_P(Threads, FastForwardOfColumnsEqualsTheirEncoder) {
  auto options = small();
  options.members = 3;
  options.width = 35;
  options.cardinalities = std::vector<int64_t>{4, 2};
  const auto codes =
      torch::stack({torch::arange(67).remainder(5) - 1, torch::arange(67).remainder(2)}, 1);  // -1: unknown
  const auto x = torch::cat({rows(), codes}, 1);
  const Bins bins{{-1, 0, 0.5, 2.5}, {0, 1}, {-0.9, 2}, {-1, 0.1, 0.2, 0.3, 2, 2.25}, {0.5, 1, 1.5}};
  for (const auto* embedding : {"none", "piecewise", "piecewise_relu"})
    for (const int64_t plain : {0, 2}) {
      SCOPED_TRACE(fmt::format("{}, {} plain", embedding, plain));
      options.numeric_embedding = parse_embedding(embedding);
      options.bins.reset();
      if (is_piecewise(*options.numeric_embedding)) options.bins = Bins(bins.begin(), bins.end() - plain);
      options.plain_numeric = plain;
      auto ours = with_scales(network(options)), theirs = deep_copy(ours);
      expect_equal_passes(ours, theirs, x, /*of_input=*/false);
      expect_equal_passes(ours, theirs, x.narrow(0, 0, 40), /*of_input=*/false);
      expect_equal_passes(ours, theirs, x);
    }
}

TEST_P(Threads, EvaluationEqualsTheModules) {
  auto options = small();
  options.dropout = 0.2;
  options.members = 3;
  options.cardinalities = std::vector<int64_t>{4};
  options.numeric_embedding = EmbeddingKind::piecewise;
  options.bins = Bins(5, {-1, 0, 1, 2});
  auto net = with_scales(network(options));
  AnyModule model(net);
  const auto x = torch::cat({rows(), torch::arange(67).remainder(4).view({67, 1})}, 1);
  FusedTraining fast;
  fast(model, x, 0);  // the running statistics are no longer 0 and 1
  const auto buffers = deep_copy(net)->buffers();
  net->eval();
  for (const int64_t count : {67, 1}) {
    const auto outputs = fast.evaluate(model, x.narrow(0, 0, count));
    EXPECT_FALSE(outputs.requires_grad());
    EXPECT_TRUE(torch::allclose(outputs, net->forward(x.narrow(0, 0, count)), 1e-4, 1e-5)) << count;
  }
  for (size_t i = 0; i < buffers.size(); ++i) EXPECT_TRUE(torch::equal(net->buffers()[i], buffers[i])) << i;
  net->to(torch::kDouble);
  EXPECT_TRUE(torch::equal(fast.evaluate(model, x.to(torch::kDouble)), net->forward(x.to(torch::kDouble))));
}

TEST(FusedTraining, AKEnsembleDoesNotDependOnTheNumberOfThreads) {
  auto options = small();
  options.members = 5;
  options.dropout = 0.2;
  options.numeric_embedding = EmbeddingKind::piecewise;
  options.bins = Bins(5, {-1, 0, 1, 2});
  std::vector<std::vector<Tensor>> gradients;
  for (const int threads : {1, 2}) {
    at::set_num_threads(threads);
    auto net = network(options);
    AnyModule model(net);
    FusedTraining fast;
    fast(model, rows(300), 0).square().sum().backward();
    gradients.emplace_back();
    for (const auto& parameter : net->parameters()) gradients.back().push_back(parameter.grad());
  }
  at::set_num_threads(1);
  for (size_t i = 0; i < gradients[0].size(); ++i) EXPECT_TRUE(torch::equal(gradients[0][i], gradients[1][i])) << i;
}

TEST_P(Threads, FastForwardOfKNetworksWithDropoutEqualsTheModulesWithTheSameMasks) {
  TabularOptions options{.outputs = 3,
                         .numeric = 5,
                         .blocks = 2,
                         .width = 16,
                         .members = 3,
                         .hidden_factor = 2.0,
                         .dropout = 0.3,
                         .residual_dropout = 0.2};
  auto ours = network(options), theirs = deep_copy(ours);
  auto* trunk = theirs->child("blocks")->ptr()->as<ChainImpl>();
  for (int64_t block = 0; block < 2; ++block) {
    auto* parts = trunk->steps()[static_cast<size_t>(block)].module().ptr()->as<ResidualBlockImpl>();
    parts->replace_child("dropout1",
                         AnyModule(FixedMask(member_mask(67, 3, {.block = block, .dropout = 0.3, .width = 32}))));
    parts->replace_child(
        "dropout2", AnyModule(FixedMask(member_mask(67, 3, {.block = block, .residual_dropout = 0.2, .width = 16}))));
  }
  expect_equal_passes(ours, theirs, rows());
}

TEST_P(Threads, FastForwardWithDropoutEqualsTheModulesWithTheSameMasks) {
  TabularOptions options{.outputs = 3,
                         .numeric = 5,
                         .blocks = 3,
                         .width = 19,
                         .hidden_factor = 1.0,
                         .dropout = 0.3,
                         .residual_dropout = 0.2};
  auto ours = network(options), theirs = deep_copy(ours);
  auto* trunk = theirs->child("blocks")->ptr()->as<ChainImpl>();
  for (int64_t block = 0; block < 3; ++block) {
    auto* parts = trunk->steps()[static_cast<size_t>(block)].module().ptr()->as<ResidualBlockImpl>();
    parts->replace_child("dropout1", AnyModule(FixedMask(mask(67, {.block = block, .dropout = 0.3}))));
    parts->replace_child("dropout2", AnyModule(FixedMask(mask(67, {.block = block, .residual_dropout = 0.2}))));
  }
  expect_equal_passes(ours, theirs, rows());
}

TEST_P(Threads, ADropoutMaskHasItsRateAndKeepsTheMean) {
  for (const double rate : {0.15, 0.5, 0.9}) {
    const auto values = mask(4000, {.dropout = rate});
    const double kept = (values > 0).to(torch::kDouble).mean().item<double>();
    const double deviation = std::sqrt(rate * (1 - rate) / static_cast<double>(values.numel()));
    EXPECT_NEAR(kept, 1 - rate, 4 * deviation);
    EXPECT_TRUE(torch::allclose(values.max(), torch::tensor(1 / (1 - rate), torch::kFloat)));
    // The dropout rate is the same in every row and column.
    for (const int64_t dim : {0, 1}) {
      const auto means = (values > 0).to(torch::kDouble).mean(dim);
      const double of_one = deviation * std::sqrt(static_cast<double>(means.numel()));
      EXPECT_NEAR(means.std().item<double>() / of_one, 1, 0.6) << dim;
      EXPECT_LT((means - (1 - rate)).abs().max().item<double>(), 5.5 * of_one) << dim;
    }
  }
}

TEST(FusedTraining, ADropoutMaskDependsOnSeedStepAndLayerAlone) {
  const MaskOf one{.block = 1, .dropout = 0.5, .seed = 7, .step = 20};
  const auto values = mask(900, one);
  at::set_num_threads(2);
  EXPECT_TRUE(torch::equal(mask(900, one), values));
  EXPECT_TRUE(torch::equal(mask(450, one), values.narrow(0, 0, 450)));
  at::set_num_threads(1);
  const auto correlation = [&](const Tensor& other) {
    return (values.sub(1) * other.sub(1)).mean().item<double>();  // of values -1 and 1
  };
  for (const auto& other : {MaskOf{.block = 0, .dropout = 0.5, .seed = 7, .step = 20},
                            MaskOf{.block = 1, .residual_dropout = 0.5, .seed = 7, .step = 20},
                            MaskOf{.block = 1, .dropout = 0.5, .seed = 8, .step = 20},
                            MaskOf{.block = 1, .dropout = 0.5, .seed = 7, .step = 21}})
    EXPECT_LT(std::abs(correlation(mask(900, other))), 4 / std::sqrt(static_cast<double>(values.numel())));
  for (const int64_t shift : {1, 2, 16, 19})
    EXPECT_LT(std::abs(correlation(values.flatten().roll(shift).view_as(values))),
              4 / std::sqrt(static_cast<double>(values.numel())));
}

TEST(FusedTraining, DrawsFromNoGenerator) {
  auto options = small();
  options.dropout = 0.4;
  AnyModule model(network(options));
  torch::manual_seed(5);
  const auto expected = torch::rand({3});
  torch::manual_seed(5);
  FusedTraining fast;
  fast(model, rows(), 0);
  EXPECT_TRUE(torch::equal(torch::rand({3}), expected));
}

TEST(FusedTraining, AGradientStepLowersTheLossAsTheGradientSays) {
  auto options = small();
  options.dropout = 0.3;
  options.residual_dropout = 0.1;
  auto net = network(options);
  AnyModule model(net);
  FusedTraining fast;
  const auto x = rows(200);
  const auto loss = [&] { return fast(model, x, 4).square().mean(); };
  loss().backward();
  std::vector<Tensor> direction;
  double slope = 0;
  for (const auto& parameter : net->parameters()) {
    direction.push_back(torch::randn_like(parameter));
    slope += (direction.back() * parameter.grad()).sum().item<double>();
  }
  const auto move = [&](double by) {
    const torch::NoGradGuard no_grad;
    for (size_t i = 0; i < direction.size(); ++i) net->parameters()[i].add_(direction[i], by);
  };
  const double step = 1e-3;
  move(step);
  const double above = loss().item<double>();
  move(-2 * step);
  const double below = loss().item<double>();
  EXPECT_NEAR((above - below) / (2 * step), slope, 0.02 * std::abs(slope));
}

// Compared with the modules in float64: the gradient of a bias before a norm is 0, and in float32 the modules' own
// rounding errors in it are larger than the tolerance.
TEST(FusedTraining, TwoGraphsAtOnceAndGradientsOnGradients) {
  auto ours = network(small()), exact = deep_copy(ours);
  exact->to(torch::kDouble);
  AnyModule model(ours);
  FusedTraining fast;
  const auto losses = [](const auto& forward) {
    const auto first = forward(rows(40)).square().mean(), second = forward(rows(67)).sin().sum();
    first.backward();
    second.backward();
  };
  for (int time = 0; time < 2; ++time) {
    losses([&](const Tensor& x) { return fast(model, x, 0); });
    losses([&](const Tensor& x) { return exact->forward(x.to(torch::kDouble)); });
  }
  const auto expected = exact->named_parameters();
  for (const auto& item : ours->named_parameters()) {
    const auto gradient = item.value().grad().to(torch::kDouble);
    EXPECT_TRUE(torch::allclose(gradient, expected[item.key()].grad(), 1e-4, 1e-5)) << item.key();
  }
}

TEST(FusedTraining, AGradientThatIsKeptIsNotWrittenOver) {
  auto net = network(small());
  AnyModule model(net);
  FusedTraining fast;
  fast(model, rows(), 0).square().sum().backward();
  const auto kept = net->parameters()[3].grad();
  const auto copy = kept.clone();
  for (auto& parameter : net->parameters()) parameter.mutable_grad().reset();
  fast(model, rows().neg(), 0).square().sum().backward();
  EXPECT_TRUE(torch::equal(kept, copy));
}

TEST(FusedTraining, FrozenParametersGetNoGradientAndTheOthersTheirs) {
  auto ours = network(small());
  for (const auto* name : {"blocks.1.linear1.weight", "input_projection.bias", "blocks.0.normalization.weight",
                           "output.normalization.bias", "output.linear.weight"})
    ours->named_parameters()[name].set_requires_grad(false);
  auto theirs = deep_copy(ours);
  expect_equal_passes(ours, theirs, rows());
  EXPECT_FALSE(ours->named_parameters()["blocks.1.linear1.weight"].grad().defined());
}

TEST(FusedTraining, GradientsOfGradientsAreRefused) {
  AnyModule model(network(small()));
  FusedTraining fast;
  const auto loss = fast(model, rows(), 0).square().sum();
  expect_error(ErrorKind::usage, "gradients of gradients", [&] {
    torch::autograd::grad({loss}, model.ptr()->parameters(), {}, /*retain_graph=*/true, /*create_graph=*/true);
  });
}

TEST(FusedTraining, AnythingElseRunsAsItIs) {
  auto options = small();
  const auto applies = [](const TabularOptions& of) { return FusedTraining::applies(AnyModule(network(of))); };
  EXPECT_TRUE(applies(options));
  options.norm = Norm::parse("layer");
  EXPECT_FALSE(applies(options));
  options = small();
  options.activation = Activation::parse("gelu");
  EXPECT_FALSE(applies(options));
  options = small();
  options.checkpoint = true;
  EXPECT_FALSE(applies(options));

  options = small();
  options.members = 3;
  EXPECT_TRUE(applies(options));
  options.ensemble = EnsembleKind::mini;
  EXPECT_FALSE(applies(options));

  auto net = network(small());
  AnyModule model(net);
  FusedTraining fast;
  {
    const torch::NoGradGuard no_grad;
    EXPECT_FALSE(fast(model, rows(), 0).requires_grad());
  }
  EXPECT_ANY_THROW(fast(model, rows(1), 0));  // batch norm of a single row
  expect_error(ErrorKind::input, "tabular_resnet", [&] { fast(model, rows(8, 4), 0); });
  net->eval();
  EXPECT_FALSE(FusedTraining::applies(model));
  EXPECT_TRUE(torch::equal(fast(model, rows(), 0), net->forward(rows())));
  net->train();
  net->to(torch::kDouble);
  EXPECT_FALSE(FusedTraining::applies(model));
  EXPECT_FALSE(FusedTraining::applies(AnyModule(nn::Linear(5, 3))));
}
