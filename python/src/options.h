/// Options of a call: a dictionary whose None stands for an option that is not given. Private.
#pragma once
#include <nanobind/nanobind.h>

#include <optional>
#include <string>

#include "reszoo/base/error.h"

namespace reszoo::python {

/// Reads options by name.
class Options {
 public:
  explicit Options(nanobind::dict values) : values_(std::move(values)) {}

  /// Returns the option, or nothing.
  /// Throws: Error (usage) that names the option if its value is of another type.
  template <typename T>
  std::optional<T> find(const char* name) const {
    if (!values_.contains(name)) return std::nullopt;
    const nanobind::object value = values_[name];
    if (value.is_none()) return std::nullopt;
    try {
      return nanobind::cast<T>(value);
    } catch (const nanobind::cast_error&) {
      fail(ErrorKind::usage, "{}: cannot be {}", name, nanobind::repr(value).c_str());
    }
  }

  /// Sets `place` if the option is given.
  template <typename T>
  void take(const char* name, T& place) const {
    if (auto value = find<T>(name)) place = std::move(*value);
  }

  template <typename T>
  void take(const char* name, std::optional<T>& place) const {
    if (auto value = find<T>(name)) place = std::move(value);
  }

 private:
  nanobind::dict values_;
};

}  // namespace reszoo::python
