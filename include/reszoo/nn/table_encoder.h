/// Columns of a table as numbers that a linear layer can read.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>

#include "reszoo/nn/numeric_embedding.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a TableEncoder: how many numeric columns come first, how many
/// different categories each further column has, and the width of their
/// embeddings in features (0: one-hot).
struct TableEncoderOptions {
  explicit TableEncoderOptions(int64_t numeric) : numeric_(numeric) {}
  /// Width of the embedding of a category's column; 0 is one-hot.
  int64_t width_of(size_t column) const;
  /// Features that each column becomes, in their order.
  std::vector<int64_t> widths() const;

  TORCH_ARG(int64_t, numeric);
  TORCH_ARG(std::vector<int64_t>, cardinalities) = {};
  TORCH_ARG(int64_t, embedding_width) = 0;
  TORCH_ARG(std::vector<int64_t>, embedding_widths) = {};  ///< of each column, instead of one for all
  TORCH_ARG(NumericEmbedding, numeric_embedding) = {};
  TORCH_ARG(int64_t, plain_numeric) = 0;  ///< the last numeric columns, which are not embedded
};

/// Encodes the columns of a table:
/// y = [e(x_numeric), x_plain, onehot(c_1) or E_1(c_1), …].
///
/// A row is one tensor of floats, in which a category stands as its code 0 … K-1
/// (exact up to 2^24). Code -1 is a category that training did not see: all
/// zeros as one-hot, row 0 of the table as embedding.
///
/// Shape: (N, numeric + categories) to (N, output_width()).
/// Keys: `numeric.*` of the numeric embedding, `embeddings.<i>.weight` (K_i + 1,
/// width); none when numbers stay and categories are one-hot.
/// Throws: Error (usage) for a cardinality < 1, widths of another number of columns,
/// plain_numeric beyond numeric, and as the numeric embedding.
class TableEncoderImpl : public nn::Cloneable<TableEncoderImpl> {
 public:
  explicit TableEncoderImpl(TableEncoderOptions options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  int64_t output_width() const;
  int64_t embedded() const;  ///< the numeric columns that are embedded, the first ones

  TableEncoderOptions options;
  AnyModule numeric;  ///< of the embedded columns; Identity when numbers stay

 private:
  Tensor one_hot(const Tensor& codes, size_t begin, size_t end);
  void encode(const Tensor& codes, std::vector<Tensor>& parts);

  struct Embeddings;
  std::shared_ptr<Embeddings> embeddings_;  // null when one-hot
  Tensor column_of_, code_of_;  // of each one-hot feature; constants, in no state_dict
};
TORCH_MODULE(TableEncoder);

}  // namespace reszoo
