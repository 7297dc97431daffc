#include "signals.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace reszoo::cli {
namespace {

volatile std::sig_atomic_t received = 0, asked = 0;

void remember(int signal) {
  received = signal;
  std::signal(signal, SIG_DFL);  // the next one is not caught
}

void ask(int) { asked = 1; }

}  // namespace

void watch_signals() {
  std::signal(SIGINT, remember);
  std::signal(SIGTERM, remember);
}

void watch_checkpoint_signal(bool stops) {
  std::signal(SIGUSR1, stops ? remember : ask);
  sigset_t set;  // a launcher holds the signal back until here
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

int signal_received() { return received; }

bool checkpoint_requested() {
  const bool was = asked != 0;
  asked = 0;
  return was;
}

}  // namespace reszoo::cli
