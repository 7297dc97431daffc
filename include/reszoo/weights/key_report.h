/// What became of each key when weights were loaded.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace reszoo {

/// Keys by what became of them.
struct KeyReport {
  /// The same key, another shape.
  struct Mismatch {
    std::string key;
    std::vector<int64_t> expected, found;
  };

  std::vector<std::string> loaded;
  std::vector<std::string> missing;     ///< in the network, not in the file
  std::vector<std::string> unexpected;  ///< in the file, not in the network
  std::vector<std::string> ignored;     ///< of a head that the network was built without
  std::vector<std::string> adapted;     ///< of the last linear layer, left as initialised
  std::vector<Mismatch> mismatched;

  /// Whether every key of either side found its place.
  bool complete() const { return missing.empty() && unexpected.empty() && mismatched.empty(); }

  /// One line: counts, and the first few keys of each trouble.
  std::string text() const;
};

nlohmann::json to_json(const KeyReport& report);

}  // namespace reszoo
