/// Some rows of a table, which are taken one column at a time.
#pragma once
#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Rows of a table, without a copy of the table. It refers to the table, which must outlive it.
class FrameRows {
 public:
  /// All rows. Messages count rows from `table.first_row`.
  FrameRows(const Frame& table);
  /// The rows with these indices (from 0), (M) int64, ascending or not. Messages count them from 1.
  FrameRows(const Frame& table, Tensor rows);

  int64_t size() const { return rows_.defined() ? rows_.size(0) : table_->rows(); }

  /// Returns the table with all rows.
  const Frame& table() const { return *table_; }

  /// Returns a table without columns that has the notation and the first row.
  const Frame& head() const { return head_; }

  /// Returns these rows of a column.
  /// Throws: as `Frame::at` does.
  Column column(const std::string& name) const;

  /// Returns `count` of these values of a column of the table, from `begin` on. Shape: (M) to (count).
  Tensor part(const Tensor& values, int64_t begin, int64_t count) const;

  /// Returns these rows as a table: all columns, or the named ones.
  Frame frame() const;
  Frame frame(const std::vector<std::string>& names) const;

  /// Returns `count` of these rows from `begin` on: the named columns. Messages count its rows as those of the whole.
  Frame block(const std::vector<std::string>& names, int64_t begin, int64_t count) const;

  /// Returns some of these rows by their indices, (K) int64.
  FrameRows some(const Tensor& rows) const;

 private:
  const Frame* table_;
  Tensor rows_;  ///< undefined: all
  Frame head_;
};

}  // namespace reszoo
