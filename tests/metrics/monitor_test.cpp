// The monitored metric is looked up by name and compared consistently.
#include "reszoo/metrics/monitor.h"

#include <limits>

#include "support/support.h"

namespace reszoo::test {
namespace {

const Metrics kMetrics{{"log_loss", 0.4}, {"accuracy", 0.9}};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Monitor, IsTheMetricOfItsNameOrTheFirst) {
  EXPECT_EQ(Monitor{}.value_of(kMetrics), 0.4);
  EXPECT_EQ(Monitor{}.find(kMetrics).first, "log_loss");
  EXPECT_EQ(Monitor{.name = "accuracy"}.value_of(kMetrics), 0.9);
}

TEST(Monitor, RefusesANameThatNoMetricHas) {
  expect_error(ErrorKind::usage, "metric: must be one of log_loss, accuracy, got \"acuracy\"; did you mean accuracy?",
               [] { (void)Monitor{.name = "acuracy"}.value_of(kMetrics); });
  expect_error(ErrorKind::usage, "metric: must be one of", [] { (void)Monitor{}.value_of({}); });
}

TEST(Monitor, ComparesInItsSenseAndByMoreThanTheMargin) {
  EXPECT_TRUE(Monitor{}.is_better(1, 2));
  EXPECT_FALSE(Monitor{}.is_better(2, 2));
  EXPECT_FALSE((Monitor{.greater_is_better = true}.is_better(1, 2)));
  EXPECT_TRUE((Monitor{.greater_is_better = true}.is_better(2, 1)));
  EXPECT_FALSE(Monitor{}.is_better(1.5, 2, 0.5));
  EXPECT_TRUE(Monitor{}.is_better(1.4, 2, 0.5));
}

TEST(Monitor, NothingIsWorseThanAValueThatIsNotFinite) {
  for (const bool greater : {false, true}) {
    const Monitor monitor{.greater_is_better = greater};
    for (const double none : {kNan, kInfinity, -kInfinity}) {
      EXPECT_TRUE(monitor.is_better(0, none));
      EXPECT_FALSE(monitor.is_better(none, 0));
      EXPECT_FALSE(monitor.is_better(none, kNan));
    }
  }
}

}  // namespace
}  // namespace reszoo::test
