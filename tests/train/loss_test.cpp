#include "reszoo/train/loss.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "metrics/metric_fixture.h"
#include "support/support.h"
#include "train/small_run.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

const auto f64 = torch::TensorOptions(torch::kFloat64);

Target target_of(Task task, const std::vector<double>& values = {0, 1, 2, 3.5}) {
  return Target::fit(Frame{{Column::of_numbers("y", values)}}, {"y"}, {.task = task});
}

}  // namespace

TEST(Loss, OfClassesIsCrossEntropy) {
  const auto outputs = torch::randn({6, 3}), targets = torch::tensor({0, 2, 1, 1, 0, 2}, torch::kInt64);
  const auto rows = loss_of(target_of(Task::multiclass, {0, 1, 2}))(outputs, targets);
  EXPECT_EQ(rows.sizes(), (std::vector<int64_t>{6}));
  EXPECT_TRUE(torch::allclose(rows.mean(), torch::nn::functional::cross_entropy(outputs, targets)));
}

TEST(Loss, OfMembersIsTheMeanOfTheirOwn) {
  const auto outputs = torch::randn({6, 4, 3}), targets = torch::tensor({0, 2, 1, 1, 0, 2}, torch::kInt64);
  const auto loss = loss_of(target_of(Task::multiclass, {0, 1, 2}));
  auto sum = torch::zeros({6});
  for (int64_t k = 0; k < 4; ++k) sum += loss(outputs.select(1, k), targets);
  EXPECT_TRUE(torch::allclose(loss(outputs, targets), sum / 4));

  const auto numbers = torch::randn({6, 4, 1}), wanted = torch::randn({6, 1});
  const auto square = loss_of(target_of(Task::regression));
  EXPECT_TRUE(torch::allclose(square(numbers, wanted), (numbers.squeeze(2) - wanted).square().mean(1)));
}

// The constant that minimises the pinball loss of 0.1, 0.5, 0.9 is that quantile.
TEST(Loss, OfQuantilesIsSmallestAtTheQuantiles) {
  const auto loss = loss_of(target_of(Task::quantile));
  const auto y = torch::linspace(0, 1, 1001, f64).unsqueeze(1);
  const auto at = [&](double low, double middle, double high) {
    return loss(torch::tensor({{low, middle, high}}, f64).expand({1001, 3}), y).mean().item<double>();
  };
  const double best = at(0.1, 0.5, 0.9);
  EXPECT_LT(best, at(0.11, 0.5, 0.9));
  EXPECT_LT(best, at(0.09, 0.5, 0.9));
  EXPECT_LT(best, at(0.1, 0.52, 0.9));
  EXPECT_LT(best, at(0.1, 0.5, 0.88));
}

TEST(Loss, OfOrderedClassesGrowsWithTheDistance) {
  const auto loss = loss_of(target_of(Task::ordinal, {0, 1, 2, 3}));
  const auto sure_of_zero = torch::full({4, 3}, -4.0);
  const auto rows = loss(sure_of_zero, torch::arange(4));
  EXPECT_TRUE((rows.diff() > 0).all().item<bool>());
}

TEST(Loss, HuberIsTheSquareNearAndLinearFar) {
  const auto loss = loss_of(target_of(Task::regression), {.number = "huber"});
  const auto rows = loss(torch::tensor({{0.5}, {3.0}}), torch::zeros({2, 1}));
  EXPECT_NEAR(rows[0].item<double>(), 0.125, 1e-6);
  EXPECT_NEAR(rows[1].item<double>(), 2.5, 1e-6);
  expect_error_parts(ErrorKind::usage, {"mse, mae, huber", "hubert", "did you mean huber?"},
                     [] { loss_of(target_of(Task::regression), {.number = "hubert"}); });
}

TEST(Loss, OneClassAgainstTheRestIsTimms) {
  const auto fixture = test::read_fixture("timm_loss");
  const auto outputs = test::tensor_of(fixture.at("outputs")), shares = test::tensor_of(fixture.at("shares"));
  const auto targets = torch::tensor(fixture.at("targets").get<std::vector<int64_t>>());
  const auto target = target_of(Task::multiclass, {0, 1, 2, 3});
  const auto bce = [&](double smoothing) { return loss_of(target, {.classes = "bce", .label_smoothing = smoothing}); };
  for (const auto& run : fixture.at("bce"))
    test::expect_close(bce(run.at("smoothing"))(outputs, targets), run.at("losses"), 1e-8);
  test::expect_close(bce(0.1)(outputs, shares), fixture.at("bce_of_shares"), 1e-8);
  // For several ensemble members, the loss is the mean of the members' losses.
  const auto both = torch::stack({outputs, -outputs}, 1);
  EXPECT_TRUE(torch::allclose(bce(0.1)(both, targets), (bce(0.1)(outputs, targets) + bce(0.1)(-outputs, targets)) / 2));
}

TEST(Loss, FocalIsItsFormula) {
  const auto fixture = test::read_fixture("torch_losses").at("focal");
  const auto outputs = test::tensor_of(fixture.at("outputs"));
  const auto targets = torch::tensor(fixture.at("targets").get<std::vector<int64_t>>());
  const auto multiclass = target_of(Task::multiclass, {0, 1, 2, 3});
  for (const auto& run : fixture.at("multiclass")) {
    const auto loss = loss_of(multiclass, {.classes = fmt::format("focal:gamma={}", run.at("gamma").get<double>())});
    test::expect_close(loss(outputs, targets), run.at("losses"), 1e-8);
    test::expect_close(loss(outputs, torch::one_hot(targets, 4).to(torch::kDouble)), run.at("losses"), 1e-8);
  }
  const auto labels = torch::tensor(fixture.at("labels").get<std::vector<int64_t>>());
  for (const auto& run : fixture.at("binary")) {
    const auto text = fmt::format("focal:{},alpha={}", run.at("gamma").get<double>(), run.at("alpha").get<double>());
    const auto loss = loss_of(target_of(Task::binary, {0, 1, 0, 1}), {.classes = text});
    test::expect_close(loss(outputs.narrow(1, 0, 2), labels), run.at("losses"), 1e-8);
  }
  const auto even = loss_of(multiclass, {.classes = "focal:0", .label_smoothing = 0.1})(outputs, targets);
  EXPECT_TRUE(torch::allclose(even, loss_of(multiclass, {.label_smoothing = 0.1})(outputs, targets)));
}

TEST(Loss, FocalHasAGradientWhereTheNetworkIsSure) {
  for (const auto* text : {"focal", "focal:0.5", "focal:0"}) {
    const auto outputs = torch::tensor({{200.F, -200.F}, {-200.F, 200.F}}).set_requires_grad(true);
    loss_of(target_of(Task::binary, {0, 1, 0, 1}), {.classes = text})(outputs, torch::tensor({0, 0})).sum().backward();
    EXPECT_TRUE(outputs.grad().isfinite().all().item<bool>()) << text << outputs.grad();
  }
}

TEST(Loss, FocalReadsItsKeys) {
  LossOptions options;
  for (const auto& [text, read] : {std::pair{"focal", "focal"},
                                   {"focal:2", "focal"},
                                   {"focal:3", "focal:gamma=3"},
                                   {"focal:gamma=0.5,alpha=0.25", "focal:gamma=0.5,alpha=0.25"}}) {
    options.choose(text);
    EXPECT_EQ(options.classes, read);
  }
  expect_error_parts(ErrorKind::usage, {"loss: gamma of focal must be in [0, infinity)", "-1"},
                     [&] { options.choose("focal:-1"); });
  expect_error_parts(ErrorKind::usage, {"loss: key of focal must be gamma or alpha", "did you mean gamma?"},
                     [&] { options.choose("focal:gama=1"); });
  expect_error_parts(ErrorKind::usage, {"loss: alpha of focal is for two classes, got 3"}, [] {
    loss_of(target_of(Task::multiclass, {0, 1, 2}), {.classes = "focal:alpha=0.5"})(torch::zeros({2, 3}),
                                                                                    torch::tensor({0, 1}));
  });
}

TEST(Loss, OfCountsIsPyTorchsPoisson) {
  const auto fixture = test::read_fixture("torch_losses").at("poisson");
  const auto outputs = test::tensor_of(fixture.at("outputs")), targets = test::tensor_of(fixture.at("targets"));
  const auto counts = target_of(Task::count, {0, 1, 2, 3});
  test::expect_close(loss_of(counts)(outputs, targets), fixture.at("losses"), 1e-8);
  LossOptions options;
  options.choose("poisson");
  test::expect_close(loss_of(counts, options)(outputs, targets), fixture.at("losses"), 1e-8);
  expect_error_parts(ErrorKind::usage, {"loss: poisson is not a loss of task=regression"},
                     [&] { loss_of(target_of(Task::regression), options); });
  expect_error_parts(ErrorKind::usage, {"loss: huber is not a loss of task=count"},
                     [&] { loss_of(counts, {.number = "huber"}); });
}

// The constant that minimises the loss is the logarithm of the mean, so the prediction is the mean.
TEST(Loss, OfCountsLeadsToTheMeanCount) {
  const auto counts = target_of(Task::count, {0, 1, 2, 5});
  const auto targets = torch::tensor({{0.0}, {1.0}, {2.0}, {5.0}}, f64);
  const auto output = torch::full({4, 1}, std::log(2.0), f64).set_requires_grad(true);
  loss_of(counts)(output, targets).sum().backward();
  EXPECT_NEAR(output.grad().sum().item<double>(), 0, 1e-12);
  EXPECT_NEAR(counts.decode(output.detach())[0].item<double>(), 2, 1e-12);
}

TEST(Loss, CrossEntropyTakesSharesOfClasses) {
  const auto outputs = torch::randn({6, 2, 3}), targets = torch::tensor({0, 2, 1, 1, 0, 2}, torch::kInt64);
  const auto loss = loss_of(target_of(Task::multiclass, {0, 1, 2}));
  EXPECT_TRUE(torch::allclose(loss(outputs, targets), loss(outputs, torch::one_hot(targets).to(torch::kFloat))));
}

TEST(Loss, IsChosenByName) {
  LossOptions options;
  options.choose("bce");
  options.choose("mae");
  EXPECT_EQ(options.classes, "bce");
  EXPECT_EQ(options.number, "mae");
  expect_error_parts(ErrorKind::usage,
                     {"loss: must be mse, mae, huber, poisson, cross_entropy, bce or focal", "did you mean bce?"},
                     [&] { options.choose("bcee"); });
  expect_error_parts(ErrorKind::usage, {"loss: mse is not a loss of task=multiclass"}, [] {
    loss_of(target_of(Task::multiclass, {0, 1, 2}), {.classes = "mse"});
  });
  expect_error_parts(ErrorKind::usage, {"loss: mse has no keys, got \"delta=1\""},
                     [&] { options.choose("mse:delta=1"); });
}

TEST(Loss, OfYourOwnGoesBeforeAllOthers) {
  const auto loss = loss_of(target_of(Task::quantile), {.custom = test::squared_error});
  EXPECT_EQ(loss(torch::full({2, 1}, 3.0), torch::zeros({2, 1})).item<double>(), 9);
}

TEST(Loss, WeightsCountRowsAsOftenAsTheySay) {
  const auto losses = torch::tensor({1.0, 5.0, 2.0});
  EXPECT_DOUBLE_EQ(mean_loss(losses, torch::tensor({1.0, 0.0, 3.0})).item<double>(), 7.0 / 4);
  expect_error_parts(ErrorKind::usage, {"each row"}, [&] { mean_loss(losses.mean(), torch::ones({3})); });
  const auto targets = torch::tensor({0, 0, 0, 1}, torch::kInt64);
  EXPECT_TRUE(torch::allclose(balanced_weights(targets), torch::tensor({2.F / 3, 2.F / 3, 2.F / 3, 2.F})));
}

// A row of weight 2 has the same effect in training as the same row twice.
TEST(Loss, WeightsReachTheTraining) {
  const auto x = torch::randn({8, 4}), y = torch::randn({8, 1});
  const auto doubled = torch::cat({torch::arange(8), torch::arange(4)});
  auto weights = torch::ones({8});
  weights.narrow(0, 0, 4).fill_(2);
  const auto trained = [](const Dataset& data) {
    torch::manual_seed(1);
    torch::nn::Linear net(4, 1);
    Trainer trainer(net, loss_of(target_of(Task::regression)), test::by_rmse(),
                    {.epochs = 3, .batch_size = 100, .optimizer = {.lr = 0.1}});
    trainer.fit(data);
    return net->weight.detach().clone();
  };
  EXPECT_TRUE(torch::allclose(trained({x, y, {}, weights}),
                              trained({x.index_select(0, doubled), y.index_select(0, doubled)}), 1e-5, 1e-6));
}
