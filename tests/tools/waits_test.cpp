// How the threads of a tool wait.
#include <gtest/gtest.h>

#include <cstdlib>

#include "run_tool.h"

using namespace reszoo::test;

namespace {

/// Sets a variable of the environment, and removes it.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { ::unsetenv(name_); }

 private:
  const char* name_;
};

/// What libgomp, in a tool, says that it has found; "" for another OpenMP.
std::string found_by_openmp() {
  const Variable show("OMP_DISPLAY_ENV", "verbose");
  const auto said = expect_success({"models", "resnet18"}).err;
  return said.find("GOMP_SPINCOUNT") == std::string::npos ? "" : said;
}

}  // namespace

TEST(Waits, ThreadsSleepUnlessTheUserSaysOtherwise) {
  const auto said = found_by_openmp();
  if (said.empty()) GTEST_SKIP() << "LibTorch's threads are not those of libgomp";
  EXPECT_NE(said.find("GOMP_SPINCOUNT = '0'"), std::string::npos) << said;
  const Variable spins("GOMP_SPINCOUNT", "1234");
  EXPECT_NE(found_by_openmp().find("GOMP_SPINCOUNT = '1234'"), std::string::npos);
}
