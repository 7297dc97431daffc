// Numerical embeddings against rtdl_num_embeddings, and their initial weights.
#include <gtest/gtest.h>

#include "reszoo/nn/linear_embeddings.h"
#include "reszoo/nn/numeric_embedding.h"
#include "reszoo/nn/periodic_embeddings.h"
#include "reszoo/nn/piecewise_linear.h"
#include "reszoo/nn/table_encoder.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
using nlohmann::json;

namespace {

AnyModule module_of(const json& record) {
  const auto& options = record.at("options");
  const NumericEmbedding embedding{.kind = parse_embedding(record.at("kind").get<std::string>()),
                                   .width = options.at("width"),
                                   .frequencies = options.value("frequencies", 48),
                                   .scale = options.value("scale", 0.01),
                                   .bins = options.value("bins", Bins{})};
  return embedding.build(options.at("columns"));
}

double mean_of(const Tensor& x) { return x.mean().item<double>(); }
double deviation_of(const Tensor& x) { return x.std().item<double>(); }

}  // namespace

TEST(NumericEmbedding, HasTheKeysOutputsAndGradientsOfRtdl) {
  for (const auto& record : read_fixture("num_embeddings").at("modules")) {
    SCOPED_TRACE(record.at("kind").get<std::string>() + " " + record.at("options").dump());
    auto module = module_of(record);
    json keys = json::array();
    for (const auto& item : state_of(*module.ptr())) keys.push_back({item.key(), item.value().sizes().vec()});
    EXPECT_EQ(keys, record.at("keys"));
    for (const auto& item : module.ptr()->named_buffers()) {
      const auto expected = record.at("buffers").at(item.key()).get<std::vector<double>>();
      EXPECT_TRUE(torch::equal(item.value().to(torch::kFloat).flatten(), torch::tensor(expected, torch::kFloat)))
          << item.key();
    }
    {
      const torch::NoGradGuard no_grad;
      for (auto& item : module.ptr()->named_parameters()) item.value().copy_(fill(item.key(), item.value().sizes()));
    }
    module.ptr()->to(torch::kDouble);
    const auto y = module.forward(2 * uniform("input", {7, record.at("options").at("columns")}).to(torch::kDouble));
    EXPECT_EQ(y.sizes().vec(), record.at("shape").get<std::vector<int64_t>>());
    expect_close(y, record.at("output").get<std::vector<double>>(), 1e-7);
    if (!y.requires_grad()) continue;
    (y * uniform("loss", y.sizes())).sum().backward();
    for (const auto& item : module.ptr()->named_parameters()) {
      const double norm = record.at("gradient_norms").at(item.key());
      EXPECT_NEAR(item.value().grad().norm().item<double>(), norm, 1e-7 * norm) << item.key();
    }
  }
}

TEST(NumericEmbedding, TextGoesThereAndBack) {
  for (const auto* text :
       {"none", "linear", "linear_relu", "plr", "plr_lite", "piecewise", "piecewise_relu", "piecewise_encoding"})
    EXPECT_EQ(text_of(parse_embedding(text)), text);
  expect_error(ErrorKind::usage, "did you mean piecewise?", [] { parse_embedding("picewise"); });
}

TEST(NumericEmbedding, CopiesAreEqualAndUnshared) {
  for (const auto& record : read_fixture("num_embeddings").at("modules")) {
    auto module = module_of(record);
    auto copy = clone_module(module, std::nullopt);
    const auto x = uniform("input", {5, record.at("options").at("columns")});
    EXPECT_TRUE(torch::equal(module.forward(x), copy.forward(x))) << record.at("kind");
    for (auto& parameter : module.ptr()->parameters()) parameter.detach().add_(1);
    if (!module.ptr()->parameters().empty())
      EXPECT_FALSE(torch::equal(module.forward(x), copy.forward(x))) << record.at("kind");
  }
}

TEST(PiecewiseLinearEmbeddings, BeginAsLinearEmbeddings) {
  PiecewiseLinearEmbeddings embeddings(PiecewiseLinearEmbeddingsOptions({{0, 1, 2}, {0, 1}}, 6));
  const auto x = torch::rand({9, 2});
  EXPECT_TRUE(torch::equal(embeddings(x), embeddings->linear0(x)));
  EXPECT_EQ(embeddings->linear->weight.abs().max().item<float>(), 0);
}

TEST(PiecewiseLinearEncoding, FillsBinsFromTheLeftAndKeepsWhatLiesOutside) {
  PiecewiseLinearEncoding encoding(Bins{{0, 1, 3}, {0, 2}});
  const auto y = encoding(torch::tensor({{2.f, 1.f}, {5.f, 3.f}, {-1.f, -2.f}}));
  EXPECT_TRUE(torch::allclose(y, torch::tensor({{1.f, 0.5f, 0.5f}, {1.f, 2.f, 1.5f}, {-1.f, 0.f, -1.f}})));
}

TEST(PiecewiseLinearEncoding, RefusesEdgesThatDoNotAscend) {
  expect_error(ErrorKind::usage, "edges must be finite and ascend, got 1 at 2 in column 1", [] {
    PiecewiseLinearEncoding(Bins{{0, 1}, {0, 1, 1}});
  });
  expect_error(ErrorKind::usage, "two edges or more, got 1 in column 0", [] { PiecewiseLinearEncoding(Bins{{0}}); });
  expect_error(ErrorKind::usage, "needs the edges of a column", [] { PiecewiseLinearEncoding(Bins{}); });
  expect_error(ErrorKind::usage, "piecewise needs the bins of each embedded column, got bins of 1, columns=2", [] {
    NumericEmbedding{.kind = EmbeddingKind::piecewise, .bins = {{0, 1}}}.build(2);
  });
}

TEST(PeriodicEmbeddings, BeginWithFrequenciesOfTheScaleCutAtThreeDeviations) {
  torch::manual_seed(1);
  PeriodicEmbeddings embeddings(
      PeriodicEmbeddingsOptions{.columns = 200, .width = 8, .frequencies = 100, .scale = 0.3});
  const auto& weight = embeddings->periodic->weight;
  EXPECT_NEAR(mean_of(weight), 0, 0.01);
  // Of a normal distribution truncated at three standard deviations.
  EXPECT_NEAR(deviation_of(weight), 0.3 * 0.98658, 0.005);
  EXPECT_LE(weight.abs().max().item<double>(), 0.9 + 1e-6);
  EXPECT_GT(weight.abs().max().item<double>(), 0.8);
  expect_error(ErrorKind::usage, "scale must be positive",
               [] { PeriodicEmbeddings(PeriodicEmbeddingsOptions{.columns = 1, .width = 1, .scale = 0}); });
  expect_error(ErrorKind::usage, "lite needs the activation", [] {
    PeriodicEmbeddings(PeriodicEmbeddingsOptions{.columns = 1, .width = 1, .lite = true, .activation = false});
  });
}

TEST(LinearEmbeddings, BeginUniformInOneByTheRootOfTheWidth) {
  torch::manual_seed(1);
  LinearEmbeddings embeddings(LinearEmbeddingsOptions{.columns = 1000, .width = 16});
  for (const auto* tensor : {&embeddings->weight, &embeddings->bias}) {
    EXPECT_NEAR(mean_of(*tensor), 0, 0.01);
    EXPECT_NEAR(deviation_of(*tensor), 0.25 / std::sqrt(3.0), 0.003);
    EXPECT_LE(tensor->abs().max().item<double>(), 0.25);
  }
}

TEST(NLinear, BeginsUniformInOneByTheRootOfItsInputsAndReadsRowsEitherWay) {
  torch::manual_seed(1);
  NLinear layers(NLinearOptions{.layers = 50, .in = 9, .out = 40});
  EXPECT_NEAR(deviation_of(layers->weight), 1 / std::sqrt(27.0), 0.003);
  EXPECT_NEAR(deviation_of(layers->bias), 1 / std::sqrt(27.0), 0.01);
  const auto x = torch::rand({3, 50, 9});
  EXPECT_TRUE(torch::equal(layers(x), layers(x.flatten(1))));
  const auto row = torch::rand({3, 9});
  EXPECT_TRUE(torch::allclose(layers(row), layers(row.unsqueeze(1).expand({-1, 50, -1}))));
}

TEST(TableEncoder, LeavesTheLastNumericColumnsPlain) {
  const NumericEmbedding embedding{.kind = EmbeddingKind::linear, .width = 3};
  TableEncoder encoder(
      TableEncoderOptions{.numeric = 4, .cardinalities = {2}, .numeric_embedding = embedding, .plain_numeric = 2});
  EXPECT_EQ(encoder->options.widths(), (std::vector<int64_t>{3, 3, 1, 1, 2}));
  const auto x = torch::tensor({{0.5f, -1.f, 7.f, 8.f, 1.f}});
  const auto y = encoder(x);
  EXPECT_EQ(y.sizes(), (std::vector<int64_t>{1, encoder->output_width()}));
  EXPECT_TRUE(torch::equal(y.slice(1, 6), torch::tensor({{7.f, 8.f, 0.f, 1.f}})));
  EXPECT_TRUE(torch::equal(y.slice(1, 0, 6), encoder->numeric.forward(x.narrow(1, 0, 2)).flatten(1)));
  expect_error(ErrorKind::usage, "plain_numeric must be among the numeric columns, got plain_numeric=3, numeric=2",
               [] { TableEncoder(TableEncoderOptions{.numeric = 2, .plain_numeric = 3}); });
}

TEST(TableEncoder, GivesEachCategoryItsOwnWidth) {
  TableEncoder encoder(
      TableEncoderOptions{.numeric = 1, .cardinalities = {3, 2, 4, 2}, .embedding_widths = {0, 5, 0, 0}});
  EXPECT_EQ(encoder->named_parameters().keys(), std::vector<std::string>{"embeddings.1.weight"});
  const auto y = encoder(torch::tensor({{0.5f, 2.f, 1.f, -1.f, 0.f}}));
  EXPECT_TRUE(torch::equal(y.slice(1, 0, 4), torch::tensor({{0.5f, 0.f, 0.f, 1.f}})));
  EXPECT_TRUE(torch::equal(y.slice(1, 4, 9)[0], encoder->parameters()[0][2]));
  EXPECT_TRUE(torch::equal(y.slice(1, 9), torch::tensor({{0.f, 0.f, 0.f, 0.f, 1.f, 0.f}})));
  expect_error(ErrorKind::usage, "embedding_widths must be one for each category, got 1 for 2 categories", [] {
    TableEncoder(TableEncoderOptions{.numeric = 0, .cardinalities = {3, 2}, .embedding_widths = {4}});
  });
}
