/// What a column is and how its cells are read: learnt once, in training, and applied to every later table.
#pragma once
#include <string>
#include <vector>

#include "reszoo/preprocess/cell.h"
#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Options of `learn_readings`.
struct LearnOptions {
  std::vector<std::string> numeric = {}, categorical = {};  ///< columns whose kind is given
  std::vector<std::string> skip = {};                       ///< columns that are not read
  /// Columns in which every cell must have the same kind, such as the target.
  std::vector<std::string> strict = {};
  bool may_drop = false;  ///< whether rows without a value in a strict column may be left out, as without a target
};

/// Learns how each column is read, from its words and from `table.notation`.
///
/// | column                                                        | reading                                     |
/// |---------------------------------------------------------------|---------------------------------------------|
/// | numbers, dates                                                | number, date                                |
/// | text, every word a number or a date in one notation           | number, date                                |
/// | text, at most 5 % of whose rows have another word             | number, date; these words are missing values|
/// | digits with leading zeros, integers that a double cannot tell apart | category                              |
/// | other text                                                    | category                                    |
///
/// `is_missing_word` and the words of `table.notation` do not count. A few other words are accepted only if there are
/// more than 20 different numbers or dates; each such word is named in `note`.
/// Throws: Error (input) for words that have two readings (`1,234` is 1234 or 1.234, `03/04/2024` is in March or in
/// April) unless another column or `table.notation` tells; for another word in a `strict` column.
ColumnReadings learn_readings(const Frame& table, const LearnOptions& options = {});

/// Reads a column as it was learnt: numbers, dates (`Column::date`), or text.
/// Throws: Error (input) that names the column, the cell, its row and what was learnt for a cell that has no such
/// reading, and for numbers in place of dates or dates in place of numbers. `table` gives the row of the first cell,
/// and the notation of this table where it has one.
Column read_column(const Column& column, const ColumnReading& reading, const Frame& table);

/// Returns how many rows at the end of the table are no data but a footer: they have a word such as `Total` or `n=300`
/// in a column of numbers or dates, and no other value, or the word begins with `Total`, `Sum`, `Average` or `Count`.
int64_t count_footer_rows(const Frame& table, const LearnOptions& options = {});

}  // namespace reszoo
