#include "reszoo/preprocess/frame_rows.h"

#include <torch/types.h>

#include "reszoo/base/blocks.h"

namespace reszoo {

FrameRows::FrameRows(const Frame& table)
    : table_(&table), head_{.columns = {}, .first_row = table.first_row, .notation = table.notation} {}

FrameRows::FrameRows(const Frame& table, Tensor rows)
    : table_(&table), rows_(std::move(rows)), head_{.columns = {}, .notation = table.notation} {}

Column FrameRows::column(const std::string& name) const {
  const auto& column = table_->at(name);
  return rows_.defined() ? take_rows(column, rows_) : column;
}

Tensor FrameRows::part(const Tensor& values, int64_t begin, int64_t count) const {
  return rows_.defined() ? values.index_select(0, rows_.narrow(0, begin, count)) : values.narrow(0, begin, count);
}

Frame FrameRows::frame() const { return frame(table_->names()); }

Frame FrameRows::frame(const std::vector<std::string>& names) const {
  auto frame = head_;
  for (const auto& name : names) frame.columns.push_back(column(name));
  return frame;
}

Frame FrameRows::block(const std::vector<std::string>& names, int64_t begin, int64_t count) const {
  auto frame = head_;
  frame.first_row += begin;
  for (const auto& name : names) {
    auto column = table_->at(name);
    auto& values = column.kind == Column::Kind::number ? column.numbers : column.codes;
    values = part(values, begin, count);
    frame.columns.push_back(std::move(column));
  }
  return frame;
}

FrameRows FrameRows::some(const Tensor& rows) const {
  return {*table_, rows_.defined() ? selected_rows(rows_, rows) : rows};
}

}  // namespace reszoo
