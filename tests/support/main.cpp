// The main function of every test binary. It names the test that ends by a signal, also if --gtest_brief=1 prints only
// failures.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>

namespace {

char running[512];  // the name of the running test, for the signal handler

void write_name(int signal) {
  for (const char* text : {"\nended by a signal: ", static_cast<const char*>(running), "\n"})
    if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) break;
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

class NameKeeper : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo& test) override {
    std::snprintf(running, sizeof running, "%s.%s", test.test_suite_name(), test.name());
  }
};

}  // namespace

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  testing::UnitTest::GetInstance()->listeners().Append(new NameKeeper);
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM}) {
    struct sigaction known {};
    ::sigaction(number, nullptr, &known);
    if (known.sa_handler == SIG_DFL) ::signal(number, write_name);  // sanitizers have their own handlers
  }
  return RUN_ALL_TESTS();
}
