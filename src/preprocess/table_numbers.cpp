// Writes table rows by blocks: as float64 they would need twice the memory of the result.
#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>

#include "reszoo/base/parallel.h"
#include "reszoo/base/spilled.h"
#include "reszoo/preprocess/table_preprocess.h"
#include "table_tensors.h"
#include "unseen_column.h"

namespace reszoo {
namespace {

constexpr int64_t kRowsOfBlock = 8192;
constexpr int64_t kBlocksInMemory = 32;  // of spilled columns

}  // namespace

/// The input columns of numbers. Columns in text are read at once, others block by block.
class TablePreprocess::NumberBlocks {
 public:
  NumberBlocks(const TablePreprocess& fitted, const FrameRows& rows, UnseenCounts* unseen)
      : fitted_(fitted), rows_(rows) {
    for (const auto& number : fitted.numbers_) {
      if (sources_.empty() || sources_.back().column.name != number.column)
        sources_.push_back(source_of(number.column, unseen));
      source_of_number_.push_back(sources_.size() - 1);
    }
  }

  /// Converts a block of rows. Shape: out (N, columns) float32, of which the first are the numbers and indicators.
  void write(int64_t begin, int64_t count, const Tensor& out) const {
    const auto numbers = static_cast<int64_t>(fitted_.numbers_.size());
    const auto matrix = torch::empty({count, numbers}, torch::kFloat64);
    Tensor values;
    for (size_t i = 0; i < fitted_.numbers_.size(); ++i) {
      if (i == 0 || source_of_number_[i] != source_of_number_[i - 1])
        values = values_of(sources_[source_of_number_[i]], begin, count);
      const auto& part = fitted_.numbers_[i].part;
      matrix.select(1, static_cast<int64_t>(i)).copy_(part ? part_of(values, *part) : values);
    }
    const auto block = out.narrow(0, begin, count);
    block.narrow(1, 0, numbers).copy_(fitted_.scaler_ ? fitted_.scaler_->transform(matrix) : matrix);
    auto place = numbers;
    for (const auto number : fitted_.indicators_) block.select(1, place++).copy_(matrix.select(1, number).isnan());
  }

  void release() const {
    for (const auto& source : sources_) release_pages(source.column);
  }

 private:
  struct Source {
    Column column;
    bool whole = false;  ///< whether it was read, and has these rows only
  };

  Source source_of(const std::string& name, UnseenCounts* unseen) const {
    const auto& column = rows_.table().at(name);
    const auto& reading = fitted_.reading_of(name);
    const bool by_blocks = column.kind == Column::Kind::number && column.date == (reading.kind == ColumnKind::date);
    if (by_blocks && !unseen) return {column};
    auto read = read_column(rows_.column(name), reading, rows_.head());
    if (unseen) unseen->add(unseen_in(read, {}, fitted_.summary_of(name)));
    if (by_blocks) return {column};
    return {std::move(read), true};
  }

  Tensor values_of(const Source& source, int64_t begin, int64_t count) const {
    const auto& column = source.column;
    if (source.whole) return without_infinite(column.numbers.narrow(0, begin, count));
    const Column part{column.name, Column::Kind::number, rows_.part(column.numbers, begin, count), {}, {}, column.date};
    return without_infinite(read_column(part, fitted_.reading_of(column.name), rows_.head()).numbers);
  }

  const TablePreprocess& fitted_;
  const FrameRows& rows_;
  std::vector<Source> sources_;
  std::vector<size_t> source_of_number_;
};

void TablePreprocess::write_blocks(const FrameRows& rows, const Tensor& out, const std::vector<WordCodes>& words,
                                   UnseenCounts* unseen) const {
  const NumberBlocks blocks(*this, rows, unseen);
  // Few rows of a table are far apart, and a block of them touches as many pages as a larger one.
  const auto count = rows.size(), all = std::max<int64_t>(rows.table().rows(), 1);
  const auto blocks_in_memory = std::max<int64_t>(kBlocksInMemory * count / all, at::get_num_threads());
  const auto step = kRowsOfBlock * std::min(blocks_in_memory, kBlocksInMemory);
  for (int64_t first = 0; first < count; first += step) {
    const auto end = std::min(first + step, count);
    parallel((end - first + kRowsOfBlock - 1) / kRowsOfBlock, [&](int64_t block) {
      const auto begin = first + block * kRowsOfBlock;
      const auto size = std::min(kRowsOfBlock, end - begin);
      if (!numbers_.empty()) blocks.write(begin, size, out);
      for (const auto& [place, column, codes] : words)
        out.select(1, place).narrow(0, begin, size).copy_(codes.index({rows.part(column.codes, begin, size)}));
    });
    blocks.release();
    for (const auto& word : words) release_pages(word.column);
    release_pages(out);
  }
}

Tensor TablePreprocess::values_of(const Number& number, const FrameRows& rows) const {
  const auto column = read_column(rows.column(number.column), reading_of(number.column), rows.head());
  const auto values = without_infinite(column.numbers);
  release_pages(rows.table().at(number.column));
  return number.part ? part_of(values, *number.part) : values;
}

}  // namespace reszoo
