// How the threads of a tool wait.
#include <gtest/gtest.h>

#include "hub/variables.h"
#include "run_tool.h"

using namespace reszoo::test;

namespace {

/// What libgomp, in a tool, says that it has found; "" for another OpenMP.
std::string found_by_openmp() {
  const Variables show({{"OMP_DISPLAY_ENV", "verbose"}});
  const auto said = expect_success({"models", "resnet18"}).err;
  return said.find("GOMP_SPINCOUNT") == std::string::npos ? "" : said;
}

}  // namespace

TEST(Waits, ThreadsSleepUnlessTheUserSaysOtherwise) {
  const Variables none({{"OMP_WAIT_POLICY", std::nullopt}, {"GOMP_SPINCOUNT", std::nullopt}});
  const auto said = found_by_openmp();
  if (said.empty()) GTEST_SKIP() << "LibTorch's threads are not those of libgomp";
  EXPECT_NE(said.find("GOMP_SPINCOUNT = '0'"), std::string::npos) << said;
  const Variables spins({{"GOMP_SPINCOUNT", "1234"}});
  EXPECT_NE(found_by_openmp().find("GOMP_SPINCOUNT = '1234'"), std::string::npos);
}
