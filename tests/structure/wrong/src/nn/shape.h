// Never compiled. Contains errors that tests/structure must find, and similar code that is correct.
#pragma once
#include <string>

namespace reszoo {

struct Declared;  // a declaration is not a definition

using Row = std::string;
using Name = std::string;

namespace detail {

struct ConvShape {
  int rows = 0;
  void forget();
};

template <typename T>
inline T scaled(T value, const std::string& by = {}) {
  return value;
}

inline void overloaded(int) {}

}  // namespace detail

namespace {
struct Local {};
int helper() { return 1; }
}  // namespace

}  // namespace reszoo
