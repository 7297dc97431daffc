// The encoder of a table's columns: piecewise linear embeddings of numbers, and one-hot categories.
#include <ATen/ops/empty.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "fusion/module_ops.h"
#include "kernels/parallel_ranges.h"
#include "kernels/table_encoder.h"
#include "reszoo/nn/piecewise_linear.h"
#include "reszoo/nn/table_encoder.h"

namespace reszoo::detail {
namespace {

Tensor own_floats(const Tensor& tensor) { return tensor.detach().to(at::kFloat).contiguous(); }

/// The tensors of piecewise linear embeddings.
struct PiecewiseTensors {
  explicit PiecewiseTensors(const PiecewiseLinearEmbeddingsImpl& from)
      : slope(own_floats(from.impl->weight)),
        offset(own_floats(from.impl->bias)),
        matrix(own_floats(from.linear->weight)),
        sums(at::empty({matrix.size(0), matrix.size(1) + 1, matrix.size(2)}, at::kFloat)),
        relu(from.options.activation) {
    std::tie(lower, upper) = from.impl->limits();
    if (from.linear->bias.defined()) shift = own_floats(from.linear->bias);
    if (!from.linear0.is_empty()) {
      line = own_floats(from.linear0->weight);
      line_shift = own_floats(from.linear0->bias);
    }
    for (int64_t column = 0; column < matrix.size(0); ++column)
      kernels::piecewise_sums(matrix[column].const_data_ptr<float>(), matrix.size(1), matrix.size(2),
                              sums[column].mutable_data_ptr<float>());
  }

  kernels::PiecewiseColumns columns() const {
    const auto data = [](const Tensor& tensor) { return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr; };
    return {matrix.size(0), matrix.size(1), matrix.size(2), data(slope), data(offset),     data(lower), data(upper),
            data(matrix),   data(sums),     data(shift),    data(line),  data(line_shift), relu};
  }

  Tensor slope, offset, lower, upper, matrix, sums, shift, line, line_shift;
  bool relu;
};

/// What the encoder does with a row. A kernel may outlive its operation, so that it shares this.
struct RowEncoding {
  int64_t numeric, width;
  std::vector<int64_t> cardinalities;
  std::optional<PiecewiseTensors> embedded = {};
  int64_t plain = 0;  ///< the first number that is not embedded

  int64_t columns() const { return numeric + std::ssize(cardinalities); }

  /// Encodes the numbers that are not embedded, and the categories. An unknown code has no 1.
  void encode_rest(const float* x, float* y) const {
    y = std::copy(x + plain, x + numeric, y);
    x += numeric;
    for (const auto count : cardinalities) {
      std::fill(y, y + count, 0.0f);
      const auto code = *x++;
      const auto place = code >= 0 && code < static_cast<float>(count) ? static_cast<int64_t>(code) : 0;
      if (static_cast<float>(place) == code) y[place] = 1;
      y += count;
    }
  }

  void encode(const float* x, int64_t rows, float* y) const {
    int64_t first = 0;
    if (embedded) {
      const auto how = embedded->columns();
      kernels::embed_piecewise(how, x, columns(), y, width, rows);
      first = how.columns * how.width;
    }
    for (int64_t row = 0; row < rows; ++row) encode_rest(x + row * columns(), y + row * width + first);
  }
};

class TableEncoderOp : public ModuleOp {
 public:
  TableEncoderOp(const ops::Module& primitive_, std::shared_ptr<const RowEncoding> rows)
      : ModuleOp(primitive_), rows_(std::move(rows)) {}
  std::string kind() const override { return "table_encoder"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (x.size() != 2 || x[1] != rows_->columns()) request.reject();
    Kernel kernel{.output = {x[0], rows_->width}};
    kernel.run = [how = rows_, count = x[0]](const KernelCall& call) {
      kernels::parallel_ranges(call.threads, count, count * how->width, [&](int64_t first, int64_t end) {
        how->encode(call.x() + first * how->columns(), end - first, call.y + first * how->width);
      });
    };
    return kernel;
  }

 private:
  const std::shared_ptr<const RowEncoding> rows_;
};

}  // namespace

std::shared_ptr<const FusedOp> make_table_encoder(const ops::Module& module) {
  const auto* encoder = module.module.ptr()->as<TableEncoderImpl>();
  if (!encoder) return nullptr;
  for (size_t i = 0; i < encoder->options.cardinalities.size(); ++i)
    if (encoder->options.width_of(i) > 0) return nullptr;
  const auto rows = std::make_shared<RowEncoding>(
      RowEncoding{encoder->options.numeric, encoder->output_width(), encoder->options.cardinalities});
  if (encoder->embedded() > 0) {
    const auto* piecewise = encoder->numeric.ptr()->as<PiecewiseLinearEmbeddingsImpl>();
    if (!piecewise || !piecewise->linear->weight.is_cpu() || !piecewise->linear->weight.isfinite().all().item<bool>())
      return nullptr;
    rows->embedded.emplace(*piecewise);
    rows->plain = encoder->embedded();
  }
  return std::make_shared<const TableEncoderOp>(module, rows);
}

}  // namespace reszoo::detail
