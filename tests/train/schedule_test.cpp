// The learning rate over a run.
#include "reszoo/train/schedule.h"

#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

TEST(Schedule, TextIsReadBack) {
  for (const char* text : {"constant", "constant:0.1", "cosine", "cosine:0.05", "step", "step:0.25"})
    EXPECT_EQ(Schedule::parse(text).text(), text);
}

TEST(Schedule, UnknownTextIsRefusedWithASuggestion) {
  expect_error(ErrorKind::usage, "got \"cosin\"; did you mean cosine?", [] { Schedule::parse("cosin"); });
  for (const char* text : {"", "cosine:", "cosine:1", "cosine:-0.1", "cosine:nan", "cosine:0.1x", "step:0", "step:2"})
    expect_error(ErrorKind::usage, "Schedule: must be", [&] { Schedule::parse(text); });
}

TEST(Schedule, ConstantStaysAtOne) {
  for (const int64_t step : {0, 1, 99}) EXPECT_EQ(Schedule::parse("constant").factor(step, 100), 1);
}

TEST(Schedule, CosineFallsFromOneToZero) {
  const auto cosine = Schedule::parse("cosine");
  EXPECT_EQ(cosine.factor(0, 100), 1);
  EXPECT_NEAR(cosine.factor(50, 100), 0.5, 1e-12);
  EXPECT_NEAR(cosine.factor(25, 100), 0.8535533905932737, 1e-12);
  EXPECT_NEAR(cosine.factor(100, 100), 0, 1e-12);
  EXPECT_GT(cosine.factor(99, 100), 0);
}

TEST(Schedule, WarmUpRisesLinearlyAndNeverStartsAtZero) {
  const auto cosine = Schedule::parse("cosine:0.1");
  EXPECT_DOUBLE_EQ(cosine.factor(0, 100), 0.1);
  EXPECT_DOUBLE_EQ(cosine.factor(4, 100), 0.5);
  EXPECT_DOUBLE_EQ(cosine.factor(9, 100), 1);
  EXPECT_DOUBLE_EQ(cosine.factor(10, 100), 1);
  EXPECT_NEAR(cosine.factor(55, 100), 0.5, 1e-12);
  EXPECT_DOUBLE_EQ(Schedule::parse("constant:0.5").factor(0, 4), 0.5);
  EXPECT_DOUBLE_EQ(Schedule::parse("constant:0.5").factor(3, 4), 1);
}

TEST(Schedule, StepDividesByTenAtEachFraction) {
  const auto step = Schedule::parse("step");
  EXPECT_DOUBLE_EQ(step.factor(29, 90), 1);
  EXPECT_DOUBLE_EQ(step.factor(30, 90), 0.1);
  EXPECT_DOUBLE_EQ(step.factor(59, 90), 0.1);
  EXPECT_NEAR(step.factor(60, 90), 0.01, 1e-12);
  EXPECT_NEAR(step.factor(89, 90), 0.01, 1e-12);
}

TEST(Schedule, ARunOfOneStepHasAFiniteFactor) {
  for (const char* text : {"constant:0.9", "cosine", "cosine:0.9", "step"})
    EXPECT_GT(Schedule::parse(text).factor(0, 1), 0) << text;
}
