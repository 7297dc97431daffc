/// Compares the columns of later rows with those of the rows that a model was trained on.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reszoo/preprocess/table_preprocess.h"

namespace reszoo {

/// The population stability index from which a column has drifted some, or much. These are the usual limits.
constexpr double some_drift = 0.1, much_drift = 0.25;

enum class DriftLevel { none, some, much };

/// How one column of later rows differs from the training rows.
struct ColumnDrift {
  std::string column;
  double psi = 0;     ///< population stability index; the rows without a value are a bin of their own
  double chance = 0;  ///< the `psi` that 99 of 100 samples of the training rows' distribution stay below
  double missing_before = 0, missing = 0;  ///< fraction of the rows without a value, in training and later
  double unseen = 0;  ///< categories: fraction of the later rows whose word was not in training, or too rare for a code

  /// Returns none if chance explains the index.
  DriftLevel level() const;
};

/// Returns the population stability index of two numbers of rows in each bin: the sum of (b - a) ln(b / a) over the
/// bins, of the shares a and b of all rows. A share counts as at least 0.0001 and at least half a row, for it may be 0.
double population_stability_index(const std::vector<int64_t>& before, const std::vector<int64_t>& later);

/// Returns the index that 99 of 100 pairs of samples of one distribution stay below: the quantile of chi-squared with a
/// degree of freedom less than there are bins with rows, times 1 / rows before + 1 / rows later.
/// Source: Yurdakul 2018, "Statistical properties of population stability index".
double stability_index_by_chance(const std::vector<int64_t>& before, const std::vector<int64_t>& later);

/// Compares the rows of a table of any size, part by part, with the training rows. Numbers and dates are compared by
/// the tenths of the training rows, categories by the 20 most frequent words and all others.
///
///     DriftCounts counts(*model.table);
///     while (const auto rows = reader.next()) counts.add(rows->frame);
///     std::cerr << drift_line(counts.columns()) << "\n";
class DriftCounts {
 public:
  explicit DriftCounts(const TablePreprocess& table);
  ~DriftCounts();
  DriftCounts(DriftCounts&&) noexcept;
  DriftCounts& operator=(DriftCounts&&) noexcept;

  /// Returns whether the model file has the distributions of its training rows, which earlier versions did not store.
  bool is_known() const;

  /// Counts rows. Throws: as TablePreprocess::transform does.
  void add(const Frame& rows);

  /// Returns the drift of each input column, the largest index first. Empty if there are no rows or `is_known` is
  /// false.
  std::vector<ColumnDrift> columns() const;

 private:
  class Counts;
  TablePreprocess table_;
  std::vector<Counts> columns_;
  int64_t rows_ = 0;
};

/// Compares all rows of a table with the training rows.
std::vector<ColumnDrift> drift(const TablePreprocess& table, const Frame& rows);

/// Returns the name of a level: `none`, `some`, `much`.
std::string text_of(DriftLevel level);

/// Returns one line for people about the columns that have drifted, "" if none has: `drift from the training rows:
/// much in column "size" (PSI 0.41); some in column "colour" (PSI 0.12; 8.1 % unseen words)`.
std::string drift_line(const std::vector<ColumnDrift>& columns);

/// Returns an object with an entry for each column: `psi`, `level` (`none`, `some`, `much`), `missing_before`,
/// `missing`, and `unseen` if it is not 0.
nlohmann::ordered_json to_json(const std::vector<ColumnDrift>& columns);

}  // namespace reszoo
