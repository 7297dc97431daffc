// The encoder of a table's columns: piecewise linear embeddings of numbers, and one-hot categories.
#include <algorithm>

#include "kernels/parallel_ranges.h"
#include "kernels/table_encoder.h"
#include "reszoo/base/error.h"
#include "runtime/ops.h"

namespace reszoo::detail {

void describe(Fields& each, TableEncoding& encoding) {
  each("numeric", encoding.numeric);
  each("width", encoding.width);
  each("cardinalities", encoding.cardinalities);
  each("embedded", encoding.embedded);
  each("relu", encoding.relu);
  each("slope", encoding.slope);
  each("offset", encoding.offset);
  each("lower", encoding.lower);
  each("upper", encoding.upper);
  each("matrix", encoding.matrix);
  each("shift", encoding.shift);
  each("line", encoding.line);
  each("line_shift", encoding.line_shift);
}

namespace {

/// What the encoder does with a row. Kernels share it.
class RowEncoder {
 public:
  explicit RowEncoder(const TableEncoding& of) : of_(of) {
    if (of_.embedded == 0) return;
    const auto columns = of_.matrix.size(0), bins = of_.matrix.size(1), width = of_.matrix.size(2);
    sums_.resize(static_cast<size_t>(columns * (bins + 1) * width));
    for (int64_t column = 0; column < columns; ++column)
      kernels::piecewise_sums(of_.matrix.data() + column * bins * width, bins, width,
                              sums_.data() + column * (bins + 1) * width);
  }

  int64_t width() const { return of_.width; }
  int64_t columns() const { return of_.numeric + std::ssize(of_.cardinalities); }

  void encode(const float* x, int64_t rows, float* y) const {
    int64_t first = 0;
    if (of_.embedded > 0) {
      const auto how = piecewise();
      kernels::embed_piecewise(how, x, columns(), y, of_.width, rows);
      first = how.columns * how.width;
    }
    for (int64_t row = 0; row < rows; ++row) encode_rest(x + row * columns(), y + row * of_.width + first);
  }

 private:
  kernels::PiecewiseColumns piecewise() const {
    return {of_.matrix.size(0),
            of_.matrix.size(1),
            of_.matrix.size(2),
            of_.slope.data(),
            of_.offset.data(),
            of_.lower.data(),
            of_.upper.data(),
            of_.matrix.data(),
            sums_.data(),
            of_.shift.data(),
            of_.line.data(),
            of_.line_shift.data(),
            of_.relu};
  }

  /// Encodes the numbers that are not embedded, and the categories. An unknown code has no 1.
  void encode_rest(const float* x, float* y) const {
    y = std::copy(x + of_.embedded, x + of_.numeric, y);
    x += of_.numeric;
    for (const auto count : of_.cardinalities) {
      std::fill(y, y + count, 0.0f);
      const auto code = *x++;
      const auto place = code >= 0 && code < static_cast<float>(count) ? static_cast<int64_t>(code) : 0;
      if (static_cast<float>(place) == code) y[place] = 1;
      y += count;
    }
  }

  TableEncoding of_;
  std::vector<float> sums_;
};

class TableEncoderOp : public DataOp<TableEncoding> {
 public:
  explicit TableEncoderOp(const TableEncoding& encoding)
      : DataOp(encoding), rows_(std::make_shared<const RowEncoder>(encoding)) {}

  std::string kind() const override { return "table_encoder"; }
  const char* name() const override { return "table_encoder"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (x.size() != 2 || x[1] != rows_->columns()) request.reject();
    Kernel kernel{.output = {x[0], rows_->width()}};
    kernel.run = [how = rows_, count = x[0]](const KernelCall& call) {
      kernels::parallel_ranges(call.threads, count, count * how->width(), [&](int64_t first, int64_t end) {
        how->encode(call.x() + first * how->columns(), end - first, call.y + first * how->width());
      });
    };
    return kernel;
  }

 private:
  const std::shared_ptr<const RowEncoder> rows_;
};

/// Whether all parts have the sizes that the encoder reads; a file may violate that.
bool fits(const TableEncoding& of) {
  if (!is_part(of.numeric, 0) || !is_part(of.embedded, 0) || of.embedded > of.numeric) return false;
  int64_t width = of.numeric - of.embedded;
  for (const auto count : of.cardinalities) {
    if (!is_part(count, 0)) return false;
    width += count;
  }
  if (of.embedded == 0) return width == of.width;
  const auto& matrix = of.matrix.shape();
  if (matrix.size() != 3 || matrix[0] != of.embedded || !is_part(matrix[1], 1) || !is_part(matrix[2], 1)) return false;
  const auto bins = matrix[0] * matrix[1], outputs = matrix[0] * matrix[2];
  for (const auto* part : {&of.slope, &of.offset, &of.lower, &of.upper})
    if (part->count() != bins) return false;
  for (const auto* part : {&of.shift, &of.line, &of.line_shift})
    if (part->defined() && part->count() != outputs) return false;
  return of.line.defined() == of.line_shift.defined() && width + outputs == of.width;
}

}  // namespace

std::shared_ptr<const FusedOp> make_op(const TableEncoding& encoding) {
  if (!fits(encoding)) fail(ErrorKind::file, "table_encoder: its weights do not fit its sizes");
  return std::make_shared<const TableEncoderOp>(encoding);
}

void add_table_encoder_readers(OpReaders& readers) { readers.add<TableEncoding>("table_encoder"); }

}  // namespace reszoo::detail
