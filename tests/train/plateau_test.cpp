// Reducing the learning rate when the metric stops improving.
#include "reszoo/train/plateau.h"

#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

TEST(Plateau, EqualsPyTorchsEpochForEpoch) {
  for (const auto& run : test::read_fixture("torch_schedules").at("plateaus")) {
    Plateau plateau(PlateauOptions::parse(run.at("text").get<std::string>()),
                    {.greater_is_better = run.at("greater_is_better").get<bool>()});
    for (size_t epoch = 0; epoch < run.at("metrics").size(); ++epoch) {
      const auto expected = run.at("factors").at(epoch).get<double>();
      EXPECT_NEAR(plateau.update(run.at("metrics").at(epoch)), expected, 1e-8 * expected)
          << run.at("text") << " " << epoch;
    }
    EXPECT_LT(plateau.state.factor, 1) << run.at("text");
  }
}

TEST(Plateau, GoesOnFromItsState) {
  const auto options = PlateauOptions::parse("plateau:1,cooldown=1");
  Plateau whole(options, {}), before(options, {});
  const std::vector<double> metrics = {3, 2, 2, 2, 2, 2, 2, 2, 1, 2, 2};
  for (size_t cut = 0; cut < metrics.size(); ++cut) {
    Plateau after(options, {});
    after.state = before.state;
    EXPECT_EQ(after.update(metrics[cut]), whole.update(metrics[cut]));
    EXPECT_EQ(after.state, whole.state);
    before.update(metrics[cut]);
  }
}

TEST(Plateau, AMetricThatIsNoNumberIsNotBetter) {
  Plateau plateau({.patience = 1}, {});
  EXPECT_EQ(plateau.update(std::nan("")), 1);
  EXPECT_FALSE(plateau.state.best);
  EXPECT_EQ(plateau.update(std::numeric_limits<double>::infinity()), 0.1);
  plateau.update(5);
  EXPECT_EQ(plateau.state.best, 5);
}

// PyTorch's relative mode would consider -1.00005 worse than -1 an improvement.
TEST(Plateau, TheThresholdMeansTheSameForANegativeMetric) {
  Plateau plateau({.patience = 9, .threshold = 0.1}, {});
  plateau.update(-1);
  plateau.update(-0.95);
  EXPECT_EQ(plateau.state.best, -1);
  plateau.update(-1.05);
  EXPECT_EQ(plateau.state.best, -1);
  plateau.update(-1.2);
  EXPECT_EQ(plateau.state.best, -1.2);
}

TEST(Plateau, TextIsReadBack) {
  for (const char* text : {"plateau", "plateau:3", "plateau:factor=0.5",
                           "plateau:3,factor=0.5,threshold=0,margin=0.1,cooldown=2,end=0.01"})
    EXPECT_EQ(PlateauOptions::parse(text).text(), text);
}

TEST(Plateau, TextThatDoesNotFitIsRefused) {
  expect_error(ErrorKind::usage, "Plateau: must be plateau, got \"platau\"; did you mean plateau?",
               [] { PlateauOptions::parse("platau"); });
  expect_error(ErrorKind::usage, "Plateau: patience of plateau must be whole and in [0, infinity), got patience=1.5",
               [] { PlateauOptions::parse("plateau:1.5"); });
  expect_error(ErrorKind::usage, "Plateau: factor of plateau must be in (0, 1), got factor=1",
               [] { PlateauOptions::parse("plateau:factor=1"); });
  expect_error(ErrorKind::usage, "got \"cooldwn\"; did you mean cooldown?",
               [] { PlateauOptions::parse("plateau:cooldwn=1"); });
}
