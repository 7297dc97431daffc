/// Dates and times: parsing, printing, and numeric features for a network.
#pragma once
#include "reszoo/preprocess/date_words.h"
#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Returns whether a column holds dates: either its `date` flag is set, or it is text with at least one word and every
/// word is a date.
bool holds_dates(const Column& column);

/// Converts a column to dates; numbers are taken as days.
/// Throws: Error (input) that names the column, the first word that is not a date, and its row. `first_row` is the
/// index of the column's first row.
Column as_dates(const Column& column, int64_t first_row = 1);

/// Returns a part of each date. Shape: (N) float64 days to (N) float64; NaN stays NaN.
Tensor part_of(const Tensor& days, DatePart part);

}  // namespace reszoo
