/// Rules that say what a column is and whether it can tell anything.
#pragma once
#include "reszoo/preprocess/table_preprocess.h"

namespace reszoo {

enum class ColumnKind { number, date, category };

/// Throws: Error (usage) for an option that names no column, the target, or one twice.
void check_options(const Frame& table, const std::string& target, const TablePreprocessOptions& options);

/// Whether an option says what the column is.
bool is_named(const Column& column, const TablePreprocessOptions& options);

ColumnKind kind_of(const Column& column, const TablePreprocessOptions& options);

/// Why numbers are left out, or "": the same in every row, or (unless `named`)
/// counting the rows.
std::string why_without_numbers(const Column& column, bool named);

/// The words of a text column and the rows of each, sorted by word; the word ""
/// for missing ones.
struct WordCounts {
  std::vector<std::string> words;
  std::vector<int64_t> rows;
};
WordCounts words_in(const Column& column);

/// Why a category is left out, or "": one word, or (unless `named`) nearly as many
/// words as rows.
std::string why_without_words(const WordCounts& counts, bool named);

/// The rows below which a word is rare.
int64_t rare_limit(int64_t rows, const TablePreprocessOptions& options);

/// Whether so many missing values of `rows` need an indicator.
bool needs_indicator(int64_t missing, int64_t rows);

/// The 0, 25, 50, 75 and 100 % quantiles of the values that are there.
std::vector<double> five_quantiles(const Tensor& values);

}  // namespace reszoo
