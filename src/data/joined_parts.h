/// Joins the parts of a table to one Frame. Private.
#pragma once
#include <arrow/table.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "reszoo/base/spilled.h"
#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// What a column of a part holds: `none` without any value, `clock` for times of day and durations.
enum class Held { none, number, date, clock, text };

/// One column of a table whose parts come one after the other.
struct JoinedColumn {
  /// Adds the rows of a part.
  void add(const Column& part, Held held, const std::function<void(const Tensor& values)>& append);
  /// Completes the column if it has no value at all.
  void finish(const std::function<void(const Tensor& values)>& append);
  /// Takes note of the end of a file.
  void end_file(bool spelt);

  Column column = {};         ///< without values
  bool known = false;         ///< whether a part had values, so that the kind of the column is known
  bool mixed = false;         ///< whether it must be read as text
  int64_t missing = 0;        ///< rows without a value before the first part that has one
  std::set<Held> here = {};   ///< what the parts of this file hold
  std::set<Held> files = {};  ///< what the files so far hold, without `none`
  std::unordered_map<std::string, int64_t> code_of = {};
};

/// Joins parts. The values of a table with more than `kMostTableBytes` are kept in temporary files.
class JoinedParts {
 public:
  /// Columns in `as_text` are text, whatever the type of the file is.
  explicit JoinedParts(std::vector<std::string> as_text) : as_text_(std::move(as_text)) {}

  /// Adds rows. All parts must have the columns of the first one.
  /// Throws: Error that begins with `subject`, see `frame_of`.
  void add(const arrow::Table& part, const std::string& subject);

  /// Takes note of the end of a file, which may be `spelt`: then its columns have no types of their own, and a column
  /// of text is as it is spelt in all parts.
  void end_file(bool spelt);

  /// Returns the columns that are text in one part and not in another: they must be read as text.
  std::vector<std::string> mixed() const;

  int64_t rows() const { return rows_; }

  /// Returns the table, without the mixed columns.
  Frame finish();

  /// Returns the place of a column in the whole table.
  int64_t place_of(const std::string& name) const;

 private:
  void append(size_t column, const Tensor& values);
  void spill();

  std::vector<std::string> as_text_;
  std::vector<JoinedColumn> columns_;
  std::vector<std::vector<Tensor>> chunks_;  ///< of each column, in memory
  std::optional<SpilledColumns> spilled_;
  int64_t rows_ = 0;
};

}  // namespace reszoo
