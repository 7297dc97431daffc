/// What fitted and what did not when weights were loaded.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace reszoo {

/// The outcome for each key of the module and of the file.
struct KeyReport {
  /// A key with two shapes.
  struct Mismatch {
    std::string key;
    std::vector<int64_t> expected;  ///< the module's shape
    std::vector<int64_t> found;     ///< the file's shape
    bool operator==(const Mismatch&) const = default;
  };

  std::vector<std::string> loaded;      ///< copied into the module
  std::vector<std::string> missing;     ///< in the module, not in the file
  std::vector<std::string> unexpected;  ///< in the file, not in the module
  std::vector<std::string> ignored;     ///< without meaning here, such as those of a head that is not there
  std::vector<std::string> adapted;     ///< of the renewed last layer, left as initialised; the first
                                        ///< convolution, loaded for another number of channels
  std::vector<Mismatch> mismatched;
  std::string naming;                   ///< how the file's keys were changed to fit; "" as they are

  /// Whether every key of the module was loaded or adapted and none was left over.
  bool complete() const { return missing.empty() && unexpected.empty() && mismatched.empty(); }

  /// One line: counts, and the first keys of each kind.
  std::string line() const;
  /// The same as a short table, a line for each kind.
  std::string text() const;
  /// A table of the first keys that differ, a line each.
  std::string differences(size_t most = 8) const;

  bool operator==(const KeyReport&) const = default;
};

void to_json(nlohmann::json& json, const KeyReport& report);

}  // namespace reszoo
