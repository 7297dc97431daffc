#include "table_batches.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "error_context.h"
#include "reszoo/base/pipeline.h"

namespace reszoo::detail {
namespace {

/// Returns the inputs for weights without preprocessing: all columns, as numeric values.
Tensor plain_rows(const Frame& frame) {
  std::vector<Tensor> columns;
  for (const auto& column : frame.columns) columns.push_back(as_numbers(column).numbers);
  return at::stack(columns, 1).to(at::kFloat);
}

InputBatch table_batch(const Predictor& predictor, const TableRows& rows) {
  const auto* model = predictor.model();
  const bool prepared = model != nullptr && (model->table || model->image);
  InputBatch batch{.input = {}, .kept = rows.kept};
  batch.input = with_error_context(
      rows.source, [&] { return prepared ? model->input(rows.frame, &batch.unseen) : plain_rows(rows.frame); });
  return batch;
}

}  // namespace

TableReadOptions columns_for(const Predictor& predictor, TableReadOptions options) {
  const auto* model = predictor.model();
  if (model == nullptr || !model->table) return options;
  options.text = model->table->text_columns();
  options.columns = model->table->inputs();
  return options;
}

void visit_table(const Predictor& predictor, TableReader reader, InputShare* share, const InputVisitor& visit) {
  constexpr size_t kPartsAhead = 2;
  const auto make = [&]() -> std::optional<InputBatch> {
    while (share && !share->takes_next())
      if (!reader.skip()) return std::nullopt;
    const auto rows = reader.next();
    return rows ? std::optional(table_batch(predictor, *rows)) : std::nullopt;
  };
  Ahead<InputBatch> batches(make, at::get_num_threads() > 1 ? kPartsAhead : 0);
  while (const auto batch = batches.next()) {
    visit(*batch);
    if (share) share->on_block({});
  }
}

}  // namespace reszoo::detail
