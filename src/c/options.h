/// Options of the C interface: a JSON object. Private.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reszoo/base/error.h"

namespace reszoo::c {

/// The options of one call. Each is taken by name; then `finish` says which ones nobody took.
class Options {
 public:
  /// Throws: Error (usage) for text that is not a JSON object. NULL has no options.
  explicit Options(const char* text);

  /// Returns the option, or nothing.
  /// Throws: Error (usage) that names the option if its value is of another type.
  template <typename T>
  std::optional<T> take(const char* name) {
    known_.insert(name);
    const auto found = json_.find(name);
    if (found == json_.end()) return std::nullopt;
    try {
      return found->get<T>();
    } catch (const nlohmann::json::exception&) {
      fail(ErrorKind::usage, "options: \"{}\" cannot be {}", name, found->dump());
    }
  }

  /// Returns an option that is a text or a list of texts; empty if it is not given.
  std::vector<std::string> take_texts(const char* name);

  /// Throws: Error (usage) for an option that was not taken, with the names of all.
  void finish() const;

 private:
  nlohmann::json json_ = nlohmann::json::object();
  std::set<std::string> known_;
};

}  // namespace reszoo::c
