/// Reports which keys matched when weights were loaded.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace reszoo {

/// Lists what happened to each key of the module and of the file.
struct LoadReport {
  /// A key whose shape differs.
  struct Mismatch {
    std::string key;
    std::vector<int64_t> expected;  ///< the module's shape
    std::vector<int64_t> found;     ///< the file's shape
    bool operator==(const Mismatch&) const = default;
  };

  std::vector<std::string> loaded;      ///< copied into the module
  std::vector<std::string> missing;     ///< in the module, not in the file
  std::vector<std::string> unexpected;  ///< in the file, not in the module
  std::vector<std::string> ignored;     ///< not needed: of the file, what has no part in the module; of the module,
                                        ///< counters of batches that the file lacks
  std::vector<std::string> adapted;  ///< by LoadOptions::adapt: the last layer or head, with its initial weights, and
                                     ///< the first convolution, loaded for another number of channels
  std::vector<Mismatch> mismatched;  ///< in both, with different shapes
  std::string key_remap;             ///< how the file's keys were renamed to fit; "" if they were not

  /// Whether every key of the module was loaded or adapted, and no key of the file is left over.
  bool complete() const { return missing.empty() && unexpected.empty() && mismatched.empty(); }

  /// Whether keys were renamed, adapted or ignored, other than counters of batches that the file lacks.
  bool is_noteworthy() const;

  /// Returns one line with the counts and the first keys of each kind.
  std::string line() const;
  /// Returns the same as a table with a line for each kind.
  std::string text() const;
  /// Returns a table of the first `most` keys that differ, one per line.
  std::string differences(size_t most = 8) const;

  bool operator==(const LoadReport&) const = default;
};

/// Writes the report as JSON, in which `key_remap` is called "naming".
void to_json(nlohmann::json& json, const LoadReport& report);

}  // namespace reszoo
