#include "distributed/signal_queue.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "reszoo/base/error.h"

namespace reszoo::detail {

SignalQueue::SignalQueue(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  file_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (file_ < 0) fail(ErrorKind::file, "signalfd: {}", std::generic_category().message(errno));
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

SignalQueue::~SignalQueue() {
  while (next()) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  close(file_);
}

std::optional<int> SignalQueue::next() const {
  signalfd_siginfo info{};
  if (read(file_, &info, sizeof info) != sizeof info) return {};
  return static_cast<int>(info.ssi_signo);
}

}  // namespace reszoo::detail
