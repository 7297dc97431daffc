/// Counts what a model did not see in training.
#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace reszoo {

/// What one column of later rows has that training had not.
struct UnseenColumn {
  std::string name;
  int64_t rows = 0;    ///< rows with a value
  int64_t unseen = 0;  ///< of these, rows whose word has no code
  /// Words without a code, and their rows: those that were not in training, or in too few rows for a code (`rare`).
  std::map<std::string, int64_t> words = {};
  bool rare = false;     ///< whether training had words in too few rows
  int64_t missing = 0;   ///< rows without a value, if the column had a value in every row of training
  int64_t infinite = 0;  ///< rows with an infinite number, which counts as a missing value
};

/// Counts over all columns and parts of a table.
class UnseenCounts {
 public:
  void add(UnseenColumn column);
  void add(const UnseenCounts& other);

  /// Returns the columns that have something unseen.
  std::vector<UnseenColumn> columns() const;
  /// Returns all columns.
  std::vector<UnseenColumn> all() const;

  bool empty() const { return columns().empty(); }

  /// Returns one line for people, "" if nothing is unseen: `never seen in training: column "colour": 2 words in 3 of 60
  /// rows ("green", "violet")`. A column of which every word is unseen is named first, with the word WARNING.
  std::string line() const;

  /// Returns an object with an entry for each column that has something unseen: `rows`, `unseen_rows`, `words` with
  /// their rows, `missing_rows`, and `infinite_rows` if there are any.
  nlohmann::ordered_json json() const;

 private:
  std::map<std::string, UnseenColumn> columns_;
};

}  // namespace reszoo
