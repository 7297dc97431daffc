/// Counts what a column has that fitting did not see. Private.
#pragma once
#include "reszoo/preprocess/table_preprocess.h"

namespace reszoo {

/// `known` says which rows have a known word, (N) bool; it is undefined for numbers.
UnseenColumn unseen_in(const Column& column, const Tensor& known, const ColumnSummary* summary);

}  // namespace reszoo
