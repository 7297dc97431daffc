/// The store through which processes find each other.
#pragma once
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>
#include <string>
#include <vector>

#include "reszoo/distributed/process_place.h"

namespace reszoo::detail {

using StorePtr = c10::intrusive_ptr<c10d::Store>;

inline std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

/// Returns the part of a store that belongs to one start of a group: a launcher may keep its store when it starts the
/// processes again.
StorePtr store_of_attempt(StorePtr store, int restarts);

/// Opens the store of the place; rank 0 serves it unless a launcher does.
/// Throws: Error (input) if it cannot be reached within `timeout` seconds.
StorePtr open_store(const ProcessPlace& place, double timeout);

/// Tells the others that this process has come, waits for them, and returns the host of each rank.
/// Throws: Error (input) that names the ranks that have not come within `timeout` seconds.
std::vector<std::string> meet(const ProcessPlace& place, c10d::Store& store, double timeout);

}  // namespace reszoo::detail
