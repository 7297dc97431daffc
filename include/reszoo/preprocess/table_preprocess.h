/// Converts table rows to the input tensor of a network.
#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "reszoo/preprocess/column_reading.h"
#include "reszoo/preprocess/dates.h"
#include "reszoo/preprocess/frame_rows.h"
#include "reszoo/preprocess/scaler.h"
#include "reszoo/preprocess/unseen.h"
#include "reszoo/preprocess/word_lookup.h"

namespace reszoo {

/// Options of TablePreprocess::fit. The kind of a column that no list names is inferred from its values, see
/// TablePreprocess.
struct TablePreprocessOptions {
  Scaling scaling = Scaling::quantile;
  uint64_t seed = 0;    ///< seed of the noise
  double noise = 1e-3;  ///< for `quantile`, see Scaler
  std::vector<std::string> numeric, categorical, ignore;
  /// A word that occurs in fewer rows than this is treated like an unknown word. Default: rows / 200, within 1 to 10.
  std::optional<int64_t> rare = {};
  ColumnReadings readings = {};  ///< how columns are read, if it was learnt before; others are learnt from the rows
  int64_t sampled_from = 0;      ///< how many rows there are, if those to fit on are a sample of them; 0: no sample
};

/// What fitting found in one column: for display, and to compare later rows with the training rows (`DriftCounts`).
struct ColumnSummary {
  std::string name;
  std::string kind;                    ///< `number`, `date`, `category`
  std::optional<double> missing = {};  ///< fraction of the rows without a value; empty if unknown
  /// For numbers and dates (days): quantiles at 0, 25, 50, 75, 100 %; empty if unknown.
  std::vector<double> quantiles = {};
  std::vector<std::string> words = {};  ///< for categories: the words that have a code
  int64_t rare = 0;                     ///< for categories: number of rows whose word is too rare for a code
  /// For numbers and dates: the different tenths of the values, ascending. Bin i holds the values above edges[i - 1] up
  /// to edges[i]; there is one bin more than edges.
  std::vector<double> edges = {};
  /// The number of rows in each bin, or with each of `words`; empty if unknown.
  std::vector<int64_t> counts = {};
};

/// The fitted preprocessing of a table: which columns are read, and how.
///
/// | column                                             | kind                  |
/// |----------------------------------------------------|-----------------------|
/// | named by an option                                 | as the option says    |
/// | others                                             | see `learn_readings`  |
/// | no value, or the same value in all rows            | left out              |
/// | text, at least 90 % of it distinct                 | left out: identifiers |
/// | distinct integers close together                   | left out: row numbers |
///
/// The last two rules apply to columns of at least 20 rows that no option names. "Close together" means a range below
/// 10 times the number of rows if the values are monotonic in row order, otherwise below twice the number of rows.
/// `notes` has a line for each column that is left out, and for what was learnt of unusual words.
///
/// A row becomes, in this order: the scaled numbers, and those parts of dates that vary (DatePart), where missing
/// values become the centre of the scaler; a 0/1 indicator for each number or date that was missing in at least 1 % of
/// the rows in fitting; the code of each category (0 to K-1). An infinite number counts as missing; a missing category
/// is the word "". Rare words and unknown words get the code -1. A later table is read by what was learnt, whatever its
/// format: see `read_column` and `WordLookup`.
///
/// Shape: a table of N rows to (N, numeric_count() + cardinalities().size()) float32.
class TablePreprocess {
 public:
  /// Fits on the training rows, several columns at a time.
  /// Throws: Error (usage) for an option that names a column which does not exist, or a column that two options name;
  /// Error (input) for text in a numeric column, or if no column is left.
  static TablePreprocess fit(const FrameRows& rows, const std::string& target,
                             const TablePreprocessOptions& options = {});
  static TablePreprocess fit(const Frame& table, const std::string& target,
                             const TablePreprocessOptions& options = {}) {
    return fit(FrameRows(table), target, options);
  }

  /// Reads back what `to_json` and `tensors` returned, also in earlier versions.
  /// Throws: Error (file) if they do not match.
  static TablePreprocess from(const nlohmann::json& json, const std::map<std::string, Tensor>& tensors);

  /// Prepares rows. Columns that fitting did not use are ignored. What fitting did not see is added to `unseen`.
  /// Throws: Error (input) that names missing columns, or the first row (counted from `table.first_row`) that has text
  /// in place of a number or date, a number in place of a date, or a date in place of a number.
  Tensor transform(const FrameRows& rows, UnseenCounts* unseen = nullptr) const;
  Tensor transform(const Frame& table, UnseenCounts* unseen = nullptr) const {
    return transform(FrameRows(table), unseen);
  }

  /// Returns the table with its input columns as `transform` reads them: numbers, dates, text.
  /// Throws: as `transform` does.
  Frame read(const Frame& table) const;

  /// Returns the number of float columns: numbers, parts of dates, and indicators.
  int64_t numeric_count() const { return static_cast<int64_t>(numbers_.size() + indicators_.size()); }

  /// Returns the number of codes of each category, in order.
  std::vector<int64_t> cardinalities() const;

  /// Returns the names of the output columns. A part of a date is named `<column> month`, an indicator `<column>
  /// missing`.
  std::vector<std::string> columns() const;

  /// Returns the input columns of the table, each once.
  std::vector<std::string> inputs() const;

  /// Returns for each of `inputs()` which of the output columns are made from it.
  std::vector<std::vector<int64_t>> outputs_of_inputs() const;

  /// Returns the columns that a reader should deliver as they are spelt, even if they look numeric.
  std::vector<std::string> text_columns() const;

  /// Returns one line for each thing that fitting left out or found unusual.
  const std::vector<std::string>& notes() const { return notes_; }

  /// Returns what fitting found in each input column.
  const std::vector<ColumnSummary>& summaries() const { return summaries_; }

  /// Returns how the input columns are read.
  const ColumnReadings& readings() const { return readings_; }

  /// Returns the scaler of the numbers; empty if there are no numbers.
  const std::optional<Scaler>& scaler() const { return scaler_; }

  nlohmann::json to_json() const;

  /// Returns the fitted tensors, see Scaler::tensors.
  std::map<std::string, Tensor> tensors() const;

 private:
  /// A numeric output: a column, or a part of a date.
  struct Number {
    std::string column;
    std::optional<DatePart> part = {};
  };
  struct Category {
    std::string name;
    std::vector<std::string> words;                      ///< sorted
    bool numbers = false;                                ///< whether the words are numbers
    std::shared_ptr<const WordLookup> lookup = nullptr;  ///< of `words`
  };
  struct Fitting;

  class NumberBlocks;
  /// A column of words whose codes become an output column.
  struct WordCodes {
    int64_t place;
    Column column;
    Tensor codes;  ///< of each word, and of none
  };

  Tensor codes(const Category& category, const Column& column, UnseenCounts* unseen) const;
  Tensor codes_of_words(const Category& category, const Column& column, const Frame& head) const;
  void write_blocks(const FrameRows& rows, const Tensor& out, const std::vector<WordCodes>& words,
                    UnseenCounts* unseen) const;
  Tensor values_of(const Number& number, const FrameRows& rows) const;
  void append(TablePreprocess&& column);
  const ColumnReading& reading_of(const std::string& column) const;
  const ColumnSummary* summary_of(const std::string& column) const;
  void check_columns(const Frame& table) const;
  std::vector<ColumnSummary> guessed_summaries() const;

  std::vector<Number> numbers_;
  std::vector<int64_t> indicators_;  ///< indices into numbers_, ascending
  std::vector<Category> categories_;
  ColumnReadings readings_;       ///< of the input columns
  std::optional<Scaler> scaler_;  ///< empty without numeric columns
  std::vector<std::string> notes_;
  std::vector<ColumnSummary> summaries_;
};

}  // namespace reszoo
