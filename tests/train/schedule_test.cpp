// The learning rate over a run.
#include "reszoo/train/schedule.h"

#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

TEST(Schedule, TextIsReadBack) {
  for (const char* text :
       {"constant", "constant:0.1", "cosine", "cosine:0.05", "cosine:end=0.01", "cosine:0.05,end=0.01", "step",
        "step:0.25", "step:factor=0.5,warmup=0.1", "multistep:0.5,0.75", "multistep:0.5,0.75,factor=0.2,warmup=0.1",
        "polynomial", "polynomial:2,end=0.1,warmup=0.1", "one_cycle", "one_cycle:0.25,div=10,final_div=100,warmup=0.1"})
    EXPECT_EQ(Schedule::parse(text).text(), text);
}

TEST(Schedule, UnknownTextIsRefusedWithASuggestion) {
  expect_error(ErrorKind::usage, "got \"cosin\"; did you mean cosine?", [] { Schedule::parse("cosin"); });
  expect_error(ErrorKind::usage,
               "Schedule: must be constant, cosine, step, multistep, polynomial or one_cycle, got \"\"",
               [] { Schedule::parse(""); });
  for (const char* value : {"", "1", "-0.1", "nan", "0.1x"})
    expect_error(ErrorKind::usage, fmt::format("Schedule: warmup of cosine must be in [0, 1), got warmup={}", value),
                 [&] { Schedule::parse(fmt::format("cosine:{}", value)); });
  for (const char* value : {"0", "2"})
    expect_error(ErrorKind::usage, "Schedule: every of step must be in (0, 1], got every=", [&] {
      Schedule::parse(fmt::format("step:{}", value));
    });
  expect_error(ErrorKind::usage, "Schedule: power of polynomial must be in (0, infinity), got power=0",
               [] { Schedule::parse("polynomial:0"); });
}

TEST(Schedule, KeysAndDropsThatDoNotFitAreRefused) {
  expect_error(ErrorKind::usage,
               "Schedule: key of step must be every, factor or warmup, got \"factr\"; did you mean factor?",
               [] { Schedule::parse("step:0.5,factr=0.1"); });
  expect_error(ErrorKind::usage, "key of cosine must be warmup or end, got \"\"",
               [] { Schedule::parse("cosine:0.1,0.2"); });
  expect_error(ErrorKind::usage, "multistep needs the fractions", [] { Schedule::parse("multistep"); });
  expect_error(ErrorKind::usage, "drops of multistep must grow, got 0.5 after 0.5",
               [] { Schedule::parse("multistep:0.5,0.5"); });
  expect_error(ErrorKind::usage, "drop of multistep must be in (0, 1), got drop=1",
               [] { Schedule::parse("multistep:1"); });
}

TEST(Schedule, EqualsPyTorchsStepForStep) {
  for (const auto& run : test::read_fixture("torch_schedules").at("schedules")) {
    const auto schedule = Schedule::parse(run.at("text").get<std::string>());
    const int64_t steps = run.at("steps");
    for (int64_t step = 0; step < steps; ++step)
      EXPECT_NEAR(schedule.factor(step, steps), run.at("factors").at(static_cast<size_t>(step)).get<double>(), 1e-9)
          << run.at("text") << " step " << step;
  }
}

TEST(Schedule, WarmUpRisesToWhereTheScheduleBegins) {
  const auto schedule = Schedule::parse("one_cycle:0.5,div=10,warmup=0.2");
  EXPECT_NEAR(schedule.factor(0, 100), 0.1 / 20, 1e-12);
  EXPECT_NEAR(schedule.factor(19, 100), 0.1, 1e-12);
  EXPECT_NEAR(schedule.factor(20, 100), 0.1, 1e-12);
  EXPECT_NEAR(schedule.factor(59, 100), 1, 1e-12);
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
  for (const char* text : {"constant:0.9", "cosine", "cosine:0.9", "step", "multistep:0.5", "polynomial", "one_cycle",
                           "one_cycle:0.9,warmup=0.9"})
    EXPECT_GT(Schedule::parse(text).factor(0, 1), 0) << text;
}
