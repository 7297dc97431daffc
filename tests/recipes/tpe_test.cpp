// The densities of a search, compared with Optuna's, and how good its trials are.
#include "recipes/tpe.h"

#include <cmath>
#include <set>

#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
using namespace reszoo::detail;

namespace {

/// The function of the fixture: its least value is 0.01 at a dropout of 0.1.
double miss_of(const TrainingRecipe& recipe) {
  const double lr = recipe.trainer.optimizer.lr, width = recipe.options.at("width"),
               dropout = recipe.options.at("dropout");
  return std::pow(std::log(lr / 1e-3), 2) + std::pow((width - 256) / 64, 2) + 25 * std::pow(dropout - 0.1, 2);
}

/// Returns the mean logarithm of the best of the trials of 30 searches; the first trial is not one of them.
double mean_log_best(int64_t trials, bool informed) {
  const auto recipe = training_recipe("paper", 1000);
  double sum = 0;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    std::vector<Trial> earlier;
    double best = INFINITY;
    for (int64_t i = 1; i <= trials; ++i) {
      auto trial = draw_trial(recipe, seed, i, informed ? earlier : std::vector<Trial>());
      trial.value = miss_of(trial.recipe);
      best = std::min(best, trial.value);
      earlier.push_back(std::move(trial));
    }
    sum += std::log(best);
  }
  return sum / 30;
}

}  // namespace

TEST(Tpe, DensitiesAreThoseOfOptuna) {
  for (const auto& one : read_fixture("optuna_tpe").at("densities")) {
    const SearchParameter parameter{.name = "x",
                                    .low = one.at("low"),
                                    .high = one.at("high"),
                                    .step = one.at("step"),
                                    .logarithmic = one.at("log")};
    const ParzenDensity density(parameter, one.at("values"));
    for (size_t i = 0; i < one.at("points").size(); ++i)
      EXPECT_NEAR(density.log_density(one.at("points")[i]), one.at("log_density")[i].get<double>(), 1e-7) << one;
  }
}

TEST(Tpe, DrawsFollowTheDensity) {
  const SearchParameter parameter{.name = "x", .low = 1, .high = 4, .step = 1};
  const ParzenDensity density(parameter, {2, 2, 2, 3});
  Random random(1);
  std::map<double, int> drawn;
  for (int i = 0; i < 20000; ++i) ++drawn[density.draw(random)];
  for (double x = 1; x <= 4; ++x) EXPECT_NEAR(drawn[x] / 20000.0, std::exp(density.log_density(x)), 0.02) << x;
  EXPECT_EQ(drawn.size(), 4u);
}

TEST(Tpe, AsManyTrialsAreGoodAsForOptuna) {
  for (const auto& [trials, good] : read_fixture("optuna_tpe").at("good").items())
    EXPECT_EQ(good_trials(std::stoul(trials)), good) << trials;
}

TEST(Tpe, SearchesAreAsGoodAsOptunasAndBetterThanRandomOnes) {
  const auto fixture = read_fixture("optuna_tpe");
  const auto& wanted = fixture.at("mean_log_best");
  const double tpe = mean_log_best(fixture.at("trials"), true), random = mean_log_best(fixture.at("trials"), false);
  EXPECT_LT(tpe, random - 0.5);
  EXPECT_NEAR(random, wanted.at("random").get<double>(), 0.5);
  EXPECT_NEAR(tpe, wanted.at("tpe").get<double>(), 0.5);
}

TEST(Tpe, ATrialDependsOnlyOnItsArguments) {
  const auto recipe = training_recipe("auto", 1000);
  std::vector<Trial> earlier;
  for (int64_t i = 0; i < 12; ++i) {
    earlier.push_back(draw_trial(recipe, 1, i));
    earlier.back().value = i == 3 ? std::nan("") : recipe.trainer.optimizer.lr + static_cast<double>(i);
  }
  const auto trial = draw_trial(recipe, 1, 12, earlier);
  EXPECT_EQ(trial.changes, draw_trial(recipe, 1, 12, earlier).changes);
  EXPECT_NE(trial.changes, draw_trial(recipe, 1, 12).changes);
  EXPECT_NE(trial.changes, draw_trial(recipe, 2, 12, earlier).changes);
  EXPECT_TRUE(trial.recipe.options.contains("members"));
}
