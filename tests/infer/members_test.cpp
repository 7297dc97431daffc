// Ensembles of networks that differ: their average, and their file.
#include <gtest/gtest.h>

#include <cmath>

#include "reszoo/infer/average_outputs.h"
#include "reszoo/infer/model.h"
#include "reszoo/weights/model_file.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

Frame member_rows() {
  std::vector<double> a, b;
  std::vector<std::string> label;
  for (int i = 0; i < 24; ++i) {
    a.push_back(std::sin(i));
    b.push_back(i % 5);
    label.push_back(i % 3 == 0 ? "x" : i % 3 == 1 ? "y" : "z");
  }
  return {{Column::of_numbers("a", a), Column::of_numbers("b", b), Column::of_text("label", label)}};
}

/// A plain network, 8 wide, and four networks in one, 16 wide.
Model two_members() {
  const auto rows = member_rows();
  Model model{.table = TablePreprocess::fit(rows, "label"), .target = Target::fit(rows, {"label"})};
  TabularOptions narrow{.outputs = 3, .numeric = 2, .blocks = 1, .width = 8}, wide = narrow;
  wide.width = 16;
  wide.members = 4;
  model.members = {{"tabular_resnet", narrow, 1}, {"tabular_mlp", wide, 3}};
  for (const auto& member : model.members) {
    model.networks.push_back(create_model(member.name, member.options));
    fill_module(*model.networks.back());
    model.networks.back()->eval();
  }
  model.name = model.members.front().name;
  model.options = model.members.front().options;
  return model;
}

/// Expects the prediction of averaged outputs to be the weighted mean of the members' values or probabilities.
void expect_averaged(const Target& target, double tolerance = 1e-10) {
  torch::manual_seed(0);
  const auto outputs = torch::randn({6, 3, target.outputs()}, torch::kDouble) * 3;
  const std::vector<double> weights{0.5, 2, 1.5};
  const auto mean = average_outputs(target, outputs, torch::tensor(weights, torch::kDouble));
  EXPECT_EQ(mean.sizes(), (std::vector<int64_t>{6, target.outputs()}));
  Tensor wanted;
  for (int64_t i = 0; i < 3; ++i) {
    const auto one = outputs.select(1, i);
    const auto value = (target.is_number() ? target.decode(one) : target.probabilities(one)) * (weights[i] / 4);
    wanted = wanted.defined() ? wanted + value : value;
  }
  const auto found = target.is_number() ? target.decode(mean) : target.probabilities(mean);
  EXPECT_TRUE(torch::allclose(found, wanted, tolerance, tolerance)) << text_of(target.task());
  const auto same = average_outputs(target, outputs);
  const auto all = target.is_number() ? target.decode(outputs) : target.probabilities(outputs);
  EXPECT_TRUE(torch::allclose(target.is_number() ? target.decode(same) : target.probabilities(same), all, tolerance,
                              tolerance));
}

}  // namespace

TEST(AverageOutputs, IsTheMeanOfWhatEachTaskPredicts) {
  const auto rows = member_rows();
  expect_averaged(Target::fit(rows, {"a"}));
  expect_averaged(Target::fit(rows, {"a", "b"}, {.task = Task::regression}));
  expect_averaged(Target::fit(rows, {"b"}, {.task = Task::count}));
  expect_averaged(Target::fit(rows, {"label"}));
  expect_averaged(Target::fit(Column::of_text("two", {"cat", "dog"})));
}

TEST(AverageOutputs, OfCertainNetworksIsFinite) {
  const auto target = Target::fit(Column::of_text("two", {"cat", "dog"}));
  const auto outputs = torch::tensor({{{900.f, -900.f}, {800.f, -900.f}}});
  EXPECT_TRUE(average_outputs(target, outputs).isfinite().all().item<bool>());
  EXPECT_TRUE(target.probabilities(average_outputs(target, outputs)).isfinite().all().item<bool>());
}

TEST(AverageOutputs, NeedsAWeightAboveZeroForEach) {
  const auto target = Target::fit(Column::of_text("two", {"cat", "dog"}));
  expect_error(ErrorKind::input, "2 weights", [&] {
    average_outputs(target, torch::zeros({1, 2, 2}), torch::tensor({1.0, 0.0}));
  });
  expect_error(ErrorKind::input, "2 weights", [&] {
    average_outputs(target, torch::zeros({1, 2, 2}), torch::tensor({1.0}));
  });
}

TEST(Members, PredictTheirWeightedMean) {
  auto model = two_members();
  const auto input = model.input(member_rows());
  const auto& target = *model.target;
  const auto first = target.probabilities(model.networks[0]->forward(input));
  const auto second = target.probabilities(model.networks[1]->forward(input));
  const auto outputs = model.outputs(input, /*batch_size=*/7);
  EXPECT_EQ(outputs.sizes(), (std::vector<int64_t>{24, 3}));
  EXPECT_TRUE(torch::allclose(target.probabilities(outputs), first / 4 + second * 3 / 4, 1e-5, 1e-6));
  model.fuse();
  EXPECT_TRUE(torch::allclose(model.outputs(input), outputs, 1e-4, 1e-5));
  EXPECT_EQ(model.features(input).size(0), 24);
}

TEST(Members, AreOneFile) {
  const TempDir folder;
  auto model = two_members();
  model.save(folder / "m");
  auto loaded = Model::load(folder / "m");
  ASSERT_EQ(loaded.members.size(), 2u);
  EXPECT_EQ(loaded.members[1].name, "tabular_mlp");
  EXPECT_EQ(loaded.members[1].weight, 3);
  EXPECT_EQ(loaded.name, "tabular_resnet");
  const auto input = model.input(member_rows());
  EXPECT_TRUE(torch::equal(loaded.outputs(input), model.outputs(input)));
  loaded.save(folder / "again");
  EXPECT_EQ(read_model_file(folder / "again").card, read_model_file(folder / "m").card);
}

TEST(Members, ThatDoNotFitAreRefused) {
  const TempDir folder;
  auto model = two_members();
  model.members.pop_back();
  expect_error_parts(ErrorKind::usage, {"2 networks", "1 members"}, [&] { model.save(folder / "m"); });
  expect_error_parts(ErrorKind::usage, {"2 networks", "1 members"}, [&] { model.outputs(torch::zeros({1, 2})); });
  model = two_members();
  std::swap(model.networks[0], model.networks[1]);
  expect_error(ErrorKind::usage, "would load as another network", [&] { model.save(folder / "m"); });
  model = two_members();
  model.target.reset();
  expect_error(ErrorKind::usage, "target", [&] { model.outputs(torch::zeros({1, 2})); });
}

TEST(Members, OfADamagedFileAreNamed) {
  const TempDir folder;
  two_members().save(folder / "m");
  const auto file = read_model_file(folder / "m");
  const auto expect_damaged = [&](const std::string& part, const std::function<void(nlohmann::json&)>& change) {
    auto card = file.card;
    change(card["members"]);
    write_model_file(folder / "bad", card, file.tensors);
    expect_error(ErrorKind::file, part, [&] { Model::load(folder / "bad"); });
  };
  expect_damaged("weight", [](auto& members) { members[0]["weight"] = 0; });
  expect_damaged("weight", [](auto& members) { members[1].erase("weight"); });
  expect_damaged("0 networks", [](auto& members) { members.clear(); });
  expect_damaged("not registered", [](auto& members) { members[0]["model"] = "unknown"; });
}
