/// Heuristics for the kind of a column and for columns without information.
#pragma once
#include "reszoo/preprocess/table_preprocess.h"

namespace reszoo {

/// Throws: Error (usage) for an option that names a column which does not exist, the target, or a column twice.
void check_options(const Frame& table, const std::string& target, const TablePreprocessOptions& options);

/// Returns whether an option gives the kind of the column.
bool is_named(const Column& column, const TablePreprocessOptions& options);

/// Returns why a numeric column is left out, or "": the values are constant, or (unless `named`) are row numbers.
/// `sampled_from` is the number of rows that those of the column are a sample of, if they are one.
std::string why_without_numbers(const Column& column, bool named, int64_t sampled_from = 0);

/// The words of a text column and their number of rows, sorted by word; "" is the word for missing values.
struct WordCounts {
  std::vector<std::string> words;
  std::vector<int64_t> rows;
};
WordCounts words_in(const Column& column);

/// Returns why a category is left out, or "": it has one word, or (unless `named`) nearly as many words as rows.
std::string why_without_words(const WordCounts& counts, bool named);

/// Returns the number of rows below which a word is rare.
int64_t rare_limit(int64_t rows, const TablePreprocessOptions& options);

/// Returns whether `missing` values out of `rows` require an indicator.
bool needs_indicator(int64_t missing, int64_t rows);

}  // namespace reszoo
