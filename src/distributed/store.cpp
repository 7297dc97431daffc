#include "distributed/store.h"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "reszoo/base/error.h"
#include "reszoo/distributed/process_environment.h"

namespace reszoo::detail {
namespace {

using Clock = std::chrono::steady_clock;

std::string host_key(int rank) { return fmt::format("host/{}", rank); }

}  // namespace

StorePtr store_of_attempt(StorePtr store, int restarts) {
  return c10::make_intrusive<c10d::PrefixStore>(fmt::format("reszoo/{}", restarts), std::move(store));
}

StorePtr open_store(const ProcessPlace& place, double timeout) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(place.port);
  options.isServer = place.rank == 0 && !place.agent_store;
  options.waitWorkers = false;  // `meet` names those that do not come
  options.timeout = milliseconds_of(timeout);
  try {
    return store_of_attempt(c10::make_intrusive<c10d::TCPStore>(place.address, options), place.restarts);
  } catch (const std::exception& error) {
    if (options.isServer)
      fail(ErrorKind::input, "rank 0: cannot listen at {}:{} ({})", place.address, place.port, message_of(error));
    fail(ErrorKind::input, "rank {}: rank 0 did not come within {:g} s, nobody answers at {}:{} ({})", place.rank,
         timeout, place.address, place.port, message_of(error));
  }
}

std::vector<std::string> meet(const ProcessPlace& place, c10d::Store& store, double timeout) {
  const auto end = Clock::now() + milliseconds_of(timeout);
  store.set(host_key(place.rank), host_name());
  std::vector<std::string> hosts;
  std::vector<int> missing;
  for (int rank = 0; rank < place.size; ++rank) try {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
      store.wait({host_key(rank)}, std::max(left, std::chrono::milliseconds(1)));
      hosts.push_back(store.get_to_str(host_key(rank)));
    } catch (const std::exception&) {
      missing.push_back(rank);
    }
  if (!missing.empty())
    fail(ErrorKind::input, "rank {}: {} of {} processes did not come within {:g} s: rank {}", place.rank,
         missing.size(), place.size, timeout, fmt::join(missing, ", "));
  return hosts;
}

}  // namespace reszoo::detail
