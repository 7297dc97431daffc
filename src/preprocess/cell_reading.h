/// Reads the cells of a table one by one, as their column was learnt. Private.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "reszoo/preprocess/cell.h"

namespace reszoo {

/// Words that are missing values, in any of their spellings.
class MissingWords {
 public:
  /// Those that were learnt, and those of a table of its own.
  MissingWords(const std::vector<std::string>& learnt, const std::vector<std::string>& own);
  bool empty() const { return words_.empty(); }
  bool holds(const std::string& word) const;
  const std::vector<std::string>& plain() const { return plain_; }

 private:
  std::vector<std::string> words_, plain_;
};

/// Returns the number that a cell holds: NaN for a missing value, nothing for a cell to refuse. With `binary`, `false`
/// and `true` are 0 and 1.
std::optional<double> number_of_cell(const std::string& word, const NumberNotation& notation, bool binary,
                                     const MissingWords& missing);

/// Returns the date that a cell holds, as days since 1970-01-01: NaN for a missing value, nothing for a cell to refuse.
std::optional<double> date_of_cell(const std::string& word, const std::string& format, const MissingWords& missing);

/// Say why a cell is refused: `must hold numbers, got "x"`.
std::string no_number(const std::string& word);
std::string no_date(const std::string& word, const std::string& format);

}  // namespace reszoo
