// An unknown option is answered with the option that is meant.
#include <gtest/gtest.h>

#include "reszoo/base/atomic_file.h"
#include "run_tool.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(OptionHint, NamesTheOptionOfToday) {
  const Words train{"train", "--data", "x.csv", "--target", "y"};
  expect_failure(2, train + Words{"--optimizer", "sgd"}, {"--optimizer", "did you mean --opt?", "see --help"});
  expect_failure(2, train + Words{"--metric=rmse"}, {"did you mean --eval-metric?"});
  expect_failure(2, train + Words{"--init", "net.pth"}, {"did you mean --initial-checkpoint?"});
  expect_failure(2, {"predict", "--weights", "w", "x.csv", "--top", "3"}, {"did you mean --topk?"});
}

TEST(OptionHint, AConfigFileIsHelpedToo) {
  const TempDir folder;
  write_file(folder / "old.toml", "optimizer = \"sgd\"\n");
  expect_failure(2, {"train", "--data", "x.csv", "--config", (folder / "old.toml").string()},
                 {"--config: no option \"optimizer\"; did you mean --opt?"});
}

TEST(OptionHint, NamesTheNearestOption) {
  expect_failure(2, {"predict", "--wieghts", "w", "x.csv"}, {"did you mean --weights?"});
  expect_failure(2, {"predict", "--weights", "w", "x.csv", "--prob"}, {"did you mean --proba?"});
  expect_failure(2, {"bench", "--model", "resnet18", "--batchsize", "3"}, {"did you mean --batch-size?"});
}

TEST(OptionHint, SaysNothingWhereNoOptionIsNear) {
  const auto result = run_tool({"models", "--zzzzzz"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err.find("did you mean"), std::string::npos) << result.err;
}
