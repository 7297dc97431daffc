#include "unseen_column.h"

#include <torch/types.h>

#include "table_tensors.h"

namespace reszoo {

UnseenColumn unseen_in(const Column& column, const Tensor& known, const ColumnSummary* summary) {
  UnseenColumn found{.name = column.name, .rare = summary && summary->rare > 0};
  const auto missing = column.missing();
  if (summary && summary->missing == 0.0) found.missing = count_true(missing);
  found.rows = column.size() - count_true(missing);
  if (column.kind == Column::Kind::number) found.infinite = count_true(column.numbers.isinf());
  if (!known.defined()) return found;
  const auto rows = (~known & ~missing).nonzero().squeeze(1);
  found.unseen = rows.size(0);
  if (rows.size(0) == 0) return found;
  const auto [codes, unused, counts] = at::_unique2(column.codes.index_select(0, rows), true, false, true);
  for (int64_t i = 0; i < codes.size(0); ++i)
    found.words[column.words[static_cast<size_t>(codes[i].item<int64_t>())]] += counts[i].item<int64_t>();
  return found;
}

}  // namespace reszoo
