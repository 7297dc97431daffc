/// Summaries of fitted columns. Private.
#pragma once
#include "column_rules.h"

namespace reszoo {

/// Summarises a column of numbers or dates, which must have a finite value. `kind` is `number` or `date`.
ColumnSummary summary_of_numbers(const Column& column, const char* kind);

/// Summarises a column of words; those in fewer than `least` rows are rare.
ColumnSummary summary_of_words(const Column& column, const WordCounts& counts, int64_t least);

}  // namespace reszoo
