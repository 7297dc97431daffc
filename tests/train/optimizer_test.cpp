// The optimizer against LibTorch's, and its state by parameter name.
#include "reszoo/train/optimizer.h"

#include <torch/nn.h>
#include <torch/optim.h>

#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

namespace {

/// There is no bias before a norm: its gradient would be only rounding errors, which Adam scales up to a whole step.
nn::Sequential two_layers() {
  torch::manual_seed(0);
  return nn::Sequential(nn::BatchNorm1d(5), nn::Linear(5, 7), nn::Tanh(), nn::Linear(7, 2));
}

void backward(nn::Sequential& net, int64_t step) {
  const auto x = (torch::arange(8 * 5) + step).sin().view({8, 5});
  net->forward(x).square().sum().backward();
}

/// Returns the largest difference of any parameter after 20 steps.
double difference_from(const OptimizerOptions& options,
                       const std::function<std::unique_ptr<torch::optim::Optimizer>(std::vector<Tensor>)>& make) {
  auto ours = two_layers(), theirs = two_layers();
  Optimizer optimizer(*ours, options);
  auto reference = make(theirs->parameters());
  for (int64_t step = 0; step < 20; ++step) {
    optimizer.zero_grad();
    reference->zero_grad();
    backward(ours, step);
    backward(theirs, step);
    optimizer.step(options.lr);
    reference->step();
  }
  double largest = 0;
  for (size_t i = 0; i < ours->parameters().size(); ++i)
    largest = std::max(largest, (ours->parameters()[i] - theirs->parameters()[i]).abs().max().item<double>());
  return largest;
}

constexpr OptimizerKind kKinds[] = {OptimizerKind::adamw,   OptimizerKind::sgd,  OptimizerKind::adam,
                                    OptimizerKind::rmsprop, OptimizerKind::lamb, OptimizerKind::lion,
                                    OptimizerKind::muon};

/// The network of torch_optimizers.py.
nn::Sequential reference_net(torch::Dtype type) {
  nn::Sequential net(nn::Linear(5, 7), nn::Tanh(), nn::Linear(7, 2));
  test::fill_module(*net);
  net->to(type);
  return net;
}

OptimizerOptions options_of(const nlohmann::json& fixture, const nlohmann::json& run) {
  const auto& given = run.at("options");
  OptimizerOptions options{.kind = parse_optimizer(given.at("kind").get<std::string>()),
                           .lr = given.at("lr"),
                           .weight_decay = given.at("weight_decay")};
  options.momentum = given.value("momentum", options.momentum);
  options.nesterov = given.value("nesterov", false);
  options.alpha = given.value("alpha", options.alpha);
  options.beta1 = given.value("beta1", options.beta1);
  options.beta2 = given.value("beta2", options.beta2);
  options.eps = given.value("eps", options.eps);
  if (run.at("rules"))
    options.rules = {{.pattern = "0.*", .lr_factor = fixture.at("factor")},
                     {.pattern = "*.weight", .weight_decay = options.weight_decay},
                     {.pattern = "0.weight", .weight_decay = fixture.at("decay")},
                     {.pattern = "*.bias", .weight_decay = 0}};
  return options;
}

double probe(const nn::Sequential& net) {
  double sum = 0;
  for (const auto& item : net->named_parameters())
    sum += (item.value().detach() * test::uniform("probe." + item.key(), item.value().sizes())).sum().item<double>();
  return sum;
}

/// Trains the fixture's network and compares each step.
void expect_the_steps_of(const nlohmann::json& fixture, const nlohmann::json& run, torch::Dtype type,
                         double tolerance) {
  auto net = reference_net(type);
  const auto options = options_of(fixture, run);
  Optimizer optimizer(*net, options);
  std::vector<double> trace;
  for (size_t step = 0; step < run.at("trace").size(); ++step) {
    optimizer.zero_grad();
    net->forward(test::uniform("x" + std::to_string(step), {8, 5}).to(type)).square().sum().backward();
    if (run.at("options").contains("clip")) optimizer.clip(run.at("options").at("clip"));
    optimizer.step(options.lr);
    trace.push_back(probe(net));
  }
  const auto what = run.at("options").dump() + (run.at("rules") ? " with rules" : "");
  test::expect_close(torch::tensor(trace, torch::kDouble), run.at("trace"), tolerance, 1, what);
  for (const auto& item : net->named_parameters())
    test::expect_close(item.value(), run.at("last").at(item.key()), tolerance, 1, what + " " + item.key());
}

Tensor first_weight(const nn::Sequential& net) { return net->parameters().front(); }

void train_steps(nn::Sequential& net, Optimizer& optimizer, int64_t from, int64_t to) {
  for (int64_t step = from; step < to; ++step) {
    optimizer.zero_grad();
    backward(net, step);
    optimizer.step(1e-2);
  }
}

}  // namespace

TEST(Optimizer, AdamWEqualsLibTorchs) {
  const OptimizerOptions options{.lr = 1e-2, .weight_decay = 0.1, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-6};
  EXPECT_LT(difference_from(options,
                            [](auto parameters) {
                              return std::make_unique<torch::optim::AdamW>(
                                  parameters,
                                  torch::optim::AdamWOptions(1e-2).weight_decay(0.1).betas({0.8, 0.95}).eps(1e-6));
                            }),
            1e-6);
}

TEST(Optimizer, SgdEqualsLibTorchsWithAndWithoutMomentum) {
  for (const double momentum : {0.0, 0.9})
    for (const bool nesterov : {false, true}) {
      if (nesterov && momentum == 0) continue;
      const OptimizerOptions options{
          .kind = OptimizerKind::sgd, .lr = 1e-2, .weight_decay = 0.1, .momentum = momentum, .nesterov = nesterov};
      EXPECT_LT(
          difference_from(options,
                          [&](auto parameters) {
                            return std::make_unique<torch::optim::SGD>(
                                parameters,
                                torch::optim::SGDOptions(1e-2).weight_decay(0.1).momentum(momentum).nesterov(nesterov));
                          }),
          1e-6)
          << momentum << nesterov;
    }
}

// In float64 and, unless a sign depends on the last bit, in float32, which uses a different kernel for some optimizers.
// timm's Lamb clips by dividing by max(norm, 1), ours by norm + 1e-6.
TEST(Optimizer, EveryKindTakesTheStepsOfPyTorchAndTimm) {
  const auto fixture = test::read_fixture("torch_optimizers");
  for (const auto& run : fixture.at("cases")) {
    expect_the_steps_of(fixture, run, torch::kFloat64, run.at("options").contains("clip") ? 1e-6 : 1e-8);
    if (run.at("options").at("kind") != "lion") expect_the_steps_of(fixture, run, torch::kFloat32, 1e-4);
  }
}

TEST(Optimizer, UsualOptionsAreThoseOfTheirPackages) {
  EXPECT_EQ(OptimizerOptions::defaults(OptimizerKind::adamw).lr, 1e-3);
  EXPECT_EQ(OptimizerOptions::defaults(OptimizerKind::lamb).eps, 1e-6);
  EXPECT_EQ(OptimizerOptions::defaults(OptimizerKind::lion).beta2, 0.99);
  EXPECT_EQ(OptimizerOptions::defaults(OptimizerKind::muon).momentum, 0.95);
  EXPECT_EQ(OptimizerOptions::defaults(OptimizerKind::rmsprop).momentum, 0);
  for (const auto kind : kKinds) EXPECT_EQ(parse_optimizer(text_of(OptimizerOptions::defaults(kind).kind)), kind);
}

TEST(Optimizer, ARuleThatNamesNothingIsRefused) {
  auto net = two_layers();
  expect_error(ErrorKind::usage, "Optimizer: no parameter \"1.weigt\"; did you mean 1.weight?",
               [&] { Optimizer(*net, {.rules = {{.pattern = "1.weigt"}}}); });
  expect_error(ErrorKind::usage, "rule \"1.*\": lr_factor must be at least 0, got -1",
               [&] { Optimizer(*net, {.rules = {{.pattern = "1.*", .lr_factor = -1}}}); });
}

TEST(Optimizer, DecayCanLeaveNormsAndBiasesAlone) {
  auto net = two_layers();
  for (auto& parameter : net->parameters()) {
    torch::NoGradGuard no_grad;
    parameter.fill_(1);
    parameter.mutable_grad() = torch::zeros_like(parameter);
  }
  Optimizer optimizer(
      *net, {.kind = OptimizerKind::sgd, .weight_decay = 0.5, .momentum = 0, .decay_norms_and_biases = false});
  optimizer.step(0.1);
  for (const auto& parameter : net->parameters())
    EXPECT_TRUE(torch::allclose(parameter, torch::full_like(parameter, parameter.dim() > 1 ? 0.95 : 1)));
}

TEST(Optimizer, FrozenAndUnreachedParametersAreSkippedAndHaveNoState) {
  auto net = two_layers();
  first_weight(net).set_requires_grad(false);
  const auto before = first_weight(net).clone();
  Optimizer optimizer(*net, {});
  optimizer.step(1);  // without any gradient
  EXPECT_EQ(optimizer.state().size(), 0u);
  train_steps(net, optimizer, 0, 2);
  EXPECT_TRUE(torch::equal(first_weight(net), before));
  EXPECT_FALSE(optimizer.state().contains("exp_avg.0.weight"));
  EXPECT_TRUE(optimizer.state().contains("exp_avg.0.bias"));
  EXPECT_EQ(optimizer.state()["step.3.weight"].item<double>(), 2);
}

TEST(Optimizer, StateByNameContinuesToTheSameBits) {
  for (const auto kind : kKinds) {
    auto whole = two_layers(), cut = two_layers();
    Optimizer optimizer(*whole, {.kind = kind}), before(*cut, {.kind = kind}), after(*cut, {.kind = kind});
    train_steps(whole, optimizer, 0, 6);
    train_steps(cut, before, 0, 3);
    after.load(before.state());
    train_steps(cut, after, 3, 6);
    for (size_t i = 0; i < whole->parameters().size(); ++i)
      EXPECT_TRUE(torch::equal(whole->parameters()[i], cut->parameters()[i])) << i;
    EXPECT_FALSE(before.state().front().value().is_same(after.state().front().value()));
  }
}

TEST(Optimizer, StateThatDoesNotFitIsRefusedAndChangesNothing) {
  auto net = two_layers();
  Optimizer optimizer(*net, {});
  train_steps(net, optimizer, 0, 1);
  const auto load = [&](const std::string& key, const Tensor& value) {
    StateDict state;
    state.insert(key, value);
    optimizer.load(state);
  };
  expect_error(ErrorKind::input, "adamw of these parameters has no state momentum.0.weight", [&] {
    load("momentum.0.weight", torch::zeros({7, 5}));
  });
  expect_error(ErrorKind::input, "no state exp_avg.9.weight", [&] { load("exp_avg.9.weight", torch::zeros({7, 5})); });
  expect_error(ErrorKind::input, "exp_avg.1.weight must be (7, 5), got (5, 7)", [&] {
    load("exp_avg.1.weight", torch::zeros({5, 7}));
  });
  EXPECT_EQ(optimizer.state()["step.0.weight"].item<double>(), 1);
}

TEST(Optimizer, ClipEqualsLibTorchs) {
  for (const double norm : {0.5, 1e6}) {
    auto ours = two_layers(), theirs = two_layers();
    backward(ours, 0);
    backward(theirs, 0);
    Optimizer(*ours, {}).clip(norm);
    nn::utils::clip_grad_norm_(theirs->parameters(), norm);
    for (size_t i = 0; i < ours->parameters().size(); ++i)
      EXPECT_TRUE(torch::allclose(ours->parameters()[i].grad(), theirs->parameters()[i].grad(), 1e-6, 1e-7));
  }
}

TEST(Optimizer, GradientNormIsNotFiniteWhereAGradientIsNot) {
  auto net = two_layers();
  Optimizer optimizer(*net, {});
  EXPECT_EQ(optimizer.gradient_norm().item<double>(), 0);
  backward(net, 0);
  const auto norm = optimizer.gradient_norm();
  EXPECT_TRUE(torch::equal(optimizer.clip(norm.item<double>() / 2), norm));
  EXPECT_NEAR(optimizer.gradient_norm().item<double>(), norm.item<double>() / 2, 1e-5);
  first_weight(net).mutable_grad()[0] = std::nan("");
  EXPECT_TRUE(std::isnan(optimizer.gradient_norm().item<double>()));
}

TEST(Optimizer, HalfOfAStateIsRefused) {
  auto net = two_layers();
  Optimizer optimizer(*net, {});
  StateDict state;
  state.insert("exp_avg.1.weight", torch::zeros({7, 5}));
  expect_error(ErrorKind::input, "exp_avg_sq of 1.weight is missing", [&] { optimizer.load(state); });
}

TEST(Optimizer, ChannelsLastWeightsTakeTheSameStep) {
  nn::Conv2d plain(3, 4, 3);
  auto last = std::dynamic_pointer_cast<nn::Conv2dImpl>(plain->clone());
  last->weight.set_data(last->weight.contiguous(torch::MemoryFormat::ChannelsLast));
  const auto gradient = torch::rand_like(plain->weight);
  plain->weight.mutable_grad() = gradient;
  last->weight.mutable_grad() = gradient.clone();  // contiguous, so its strides differ from the weight's
  Optimizer(*plain, {}).step(0.1);
  Optimizer(*last, {}).step(0.1);
  EXPECT_TRUE(torch::allclose(plain->weight, last->weight, 1e-6, 1e-7));
}

TEST(Optimizer, OptionsOutOfRangeAreRefused) {
  auto net = two_layers();
  expect_error(ErrorKind::usage, "lr must be at least 0, got lr=-1", [&] { Optimizer(*net, {.lr = -1}); });
  expect_error(ErrorKind::usage, "beta2 must be in [0, 1), got beta2=1", [&] { Optimizer(*net, {.beta2 = 1}); });
  expect_error(ErrorKind::usage, "nesterov needs a momentum",
               [&] { Optimizer(*net, {.momentum = 0, .nesterov = true}); });
  expect_error(ErrorKind::usage, "Optimizer: must be adamw, sgd, adam, rmsprop, lamb, lion or muon, got \"adamx\"",
               [] { parse_optimizer("adamx"); });
  expect_error(ErrorKind::usage, "alpha must be in [0, 1), got alpha=1", [&] { Optimizer(*net, {.alpha = 1}); });
}
