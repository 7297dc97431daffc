// A process of a group that does one thing, for tests of `launch`:
//
//     worker FOLDER print            writes its place to FOLDER/<rank>.<restarts>
//     worker FOLDER exit RANK CODE   that rank says an error and ends with the code; the others wait
//     worker FOLDER kill RANK TIMES  that rank kills itself in the first TIMES starts; then all end well
//     worker FOLDER lost RANK        that rank says that another was lost
//     worker FOLDER listen           waits for a signal, ends with 128 + its number
//     worker FOLDER wait             writes its process id, and waits
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "distributed/pulse.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/distributed/launch.h"
#include "reszoo/distributed/process_environment.h"

using namespace reszoo;

namespace {

volatile std::sig_atomic_t received = 0;

void wait_forever() {
  for (;;) pause();
}

void put(const std::string& folder, const ProcessPlace& place, const std::string& text) {
  write_file(fmt::format("{}/{}.{}", folder, place.rank, place.restarts), text);
}

}  // namespace

int main(int argc, char** argv) {
  end_with_launcher();
  const std::vector<std::string> words(argv, argv + argc);
  const auto &folder = words.at(1), &what = words.at(2);
  const auto place = process_place_of_environment();
  const bool chosen = words.size() > 3 && place.rank == std::stoi(words[3]);
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(place.port);
  options.waitWorkers = false;
  const auto server = c10::make_intrusive<c10d::TCPStore>(place.address, options);
  const std::vector<std::string> hosts(static_cast<size_t>(place.size), host_name());
  reszoo::detail::Pulse pulse(reszoo::detail::store_of_attempt(server, place.restarts), place.rank, hosts);
  pulse.set_position("epoch 1, step 31");
  pulse.beat_now();
  std::cout << "rank " << place.rank << " is heard" << std::endl;
  if (what == "print") {
    put(folder, place, fmt::format("{} of {}, {} of {}", place.rank, place.size, place.local_rank, place.local_size));
  } else if (what == "exit") {
    if (!chosen) wait_forever();
    std::cerr << "a remark\nworker: no such file" << std::endl;
    return std::stoi(words.at(4));
  } else if (what == "kill") {
    put(folder, place, std::to_string(getpid()));
    if (place.restarts == std::stoi(words.at(4))) return 0;
    if (chosen) raise(SIGKILL);
    wait_forever();
  } else if (what == "lost") {
    if (!chosen) wait_forever();
    reszoo::detail::store_of_attempt(server, place.restarts)->set("fault", std::string("lost rank 9 on moon was lost"));
    return 1;
  } else if (what == "listen") {
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) std::signal(signal, [](int number) { received = number; });
    sigset_t set;
    sigemptyset(&set);
    pthread_sigmask(SIG_SETMASK, &set, nullptr);
    put(folder, place, "ready");
    while (!received) usleep(1000);
    put(folder, place, std::to_string(received));
    return received == SIGUSR1 ? 0 : 128 + received;
  } else {
    put(folder, place, std::to_string(getpid()));
    wait_forever();
  }
  return 0;
}
