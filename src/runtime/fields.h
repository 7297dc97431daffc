/// The list of what an operation consists of, by which it is written to a file and read from one.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/array.h"

namespace reszoo::detail {

/// The largest stride, padding, window or number of channels that is read from a file: with any of them, products of a
/// few cannot overflow.
inline constexpr int64_t kMostOfPart = int64_t{1} << 24;

/// Whether a number that a file holds is from `least` to `kMostOfPart`.
constexpr bool is_part(int64_t value, int64_t least) { return value >= least && value <= kMostOfPart; }

/// Called for each part of an operation: a writer takes the values, a reader sets them. Each kind of operation has one
/// function that calls this for all parts, so that what is written is what is read.
class Fields {
 public:
  virtual ~Fields() = default;

  virtual void operator()(const char* name, bool& value) = 0;
  virtual void operator()(const char* name, int64_t& value) = 0;
  virtual void operator()(const char* name, double& value) = 0;
  virtual void operator()(const char* name, std::string& value) = 0;
  virtual void operator()(const char* name, std::array<int64_t, 2>& values) = 0;
  virtual void operator()(const char* name, std::vector<int64_t>& values) = 0;
  /// Arrays that are undefined are left out.
  virtual void operator()(const char* name, Floats& values) = 0;
  virtual void operator()(const char* name, Doubles& values) = 0;
};

}  // namespace reszoo::detail
