/// What fitted and what did not when weights were loaded.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace reszoo {

/// What became of each key of the module and of the file.
struct LoadReport {
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
  std::vector<std::string> ignored;     ///< without meaning here, such as the weights of a head that the module lacks
  std::vector<std::string> adapted;     ///< by LoadOptions::adapt: the last layer, which keeps its initial weights, and
                                        ///< the first convolution, loaded for another number of channels
  std::vector<Mismatch> mismatched;     ///< in both, with different shapes
  std::string key_remap;                ///< how the file's keys were renamed to fit; "" if they were not

  /// Whether every key of the module was loaded or adapted, and no key of the file is left.
  bool complete() const { return missing.empty() && unexpected.empty() && mismatched.empty(); }

  /// One line with the counts and the first keys of each kind.
  std::string line() const;
  /// The same as a table with a line for each kind.
  std::string text() const;
  /// A table of the first `most` keys that differ, one on each line.
  std::string differences(size_t most = 8) const;

  bool operator==(const LoadReport&) const = default;
};

/// `key_remap` is called "naming" in JSON.
void to_json(nlohmann::json& json, const LoadReport& report);

}  // namespace reszoo
