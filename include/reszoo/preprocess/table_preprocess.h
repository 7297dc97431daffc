/// Turns a table's rows into the tensor that a network reads.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>

#include "reszoo/preprocess/frame.h"
#include "reszoo/preprocess/scaler.h"

namespace reszoo {

/// Options of TablePreprocess::fit. A column that no list names is numeric when
/// it holds numbers and categorical when it holds text.
struct TablePreprocessOptions {
  Scaling scaling = Scaling::quantile;
  uint64_t seed = 0;    ///< of the noise
  double noise = 1e-3;  ///< of `quantile`, see Scaler
  std::vector<std::string> numeric, categorical, ignore;
};

/// The fitted preprocessing of a table: which columns are read, and how.
///
/// A row becomes, in this order: the scaled numbers, missing ones 0; a 0/1
/// indicator for each numeric column that had missing values in fitting; each
/// category's code (0 to K-1). A missing category is the word "" if it was
/// missing in fitting too; it is -1 otherwise, as are words never seen.
///
/// Shape: a table of N rows to (N, numeric_count() + cardinalities().size()) float32.
class TablePreprocess {
 public:
  /// Fits on the training rows. Columns that can tell nothing are left out and
  /// `notes` says so: one value everywhere, a text of its own in every row.
  /// Throws: Error (usage) for an option that names no column, or one twice;
  /// Error (input) for a column without any value, an infinite number, a text
  /// where a number is asked for, or no column left.
  static TablePreprocess fit(const Frame& table, const std::string& target, const TablePreprocessOptions& options = {});

  /// Reads back what `to_json` and `tensors` gave.
  /// Throws: Error (file) when they do not fit together.
  static TablePreprocess from(const nlohmann::json& json, const std::map<std::string, Tensor>& tensors);

  /// Further columns of the table are ignored.
  /// Throws: Error (input) naming a column that is lost, and for a text where a
  /// number must be its first row (rows count from 1).
  Tensor transform(const Frame& table) const;

  /// Number of float columns: numbers and their indicators.
  int64_t numeric_count() const { return static_cast<int64_t>(numeric_.size() + indicators_.size()); }

  /// Number of codes of each category, in order.
  std::vector<int64_t> cardinalities() const;

  /// Names of the output's columns; an indicator is named `<column> missing`.
  std::vector<std::string> columns() const;

  /// Columns to read as text whatever they look like, so that "007" stays
  /// itself where all words happen to be numbers.
  std::vector<std::string> text_columns() const;

  /// What fitting left out or found odd, a line each.
  const std::vector<std::string>& notes() const { return notes_; }

  nlohmann::json to_json() const;

  /// The fitted numbers, see Scaler::tensors.
  std::map<std::string, Tensor> tensors() const;

 private:
  struct Category {
    std::string name;
    std::vector<std::string> words;  ///< sorted
    bool numbers = false;            ///< the column held numbers in fitting
  };

  bool add_number(const Column& column);
  void add_category(const Column& column);
  static Category read_category(const nlohmann::json& json);
  Tensor codes(const Category& category, const Column& column) const;

  std::vector<std::string> numeric_;
  std::vector<int64_t> indicators_;  ///< places in numeric_, rising
  std::vector<Category> categories_;
  std::optional<Scaler> scaler_;  ///< none without numeric columns
  std::vector<std::string> notes_;
};

}  // namespace reszoo
