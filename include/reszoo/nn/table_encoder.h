/// Encodes the columns of a table as input features of a linear layer.
#pragma once
#include <torch/nn/cloneable.h>

#include "reszoo/nn/numeric_embedding.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a TableEncoder.
struct TableEncoderOptions {
  int64_t numeric = 0;                         ///< number of numeric columns, which come first
  std::vector<int64_t> cardinalities = {};     ///< number of categories of each further column
  int64_t embedding_width = 0;                 ///< features per category; 0 is one-hot
  std::vector<int64_t> embedding_widths = {};  ///< a width for each column, instead of embedding_width
  NumericEmbedding numeric_embedding = {};     ///< how numeric columns are embedded
  int64_t plain_numeric = 0;                   ///< number of numeric columns, the last ones, that are not embedded

  /// Returns the embedding width of a categorical column; 0 is one-hot.
  int64_t width_of(size_t column) const;

  /// Returns the number of features of each column, in their order.
  std::vector<int64_t> widths() const;
};

/// Encodes the columns of a table: y = [e(x_numeric), x_plain, onehot(c_1) or E_1(c_1), …].
///
/// The input is one float tensor, in which a category is its code 0 … K-1 (exact up to 2^24). Code -1 is a category
/// that did not occur in training: one-hot encodes it as zeros, and an embedding takes row 0 of its table.
///
/// Shape: (N, numeric + categories) to (N, output_width()).
/// Keys: `numeric.*` for the numeric embedding, `embeddings.<i>.weight` (K_i + 1, width); none if numeric columns are
/// not embedded and categories are one-hot.
/// Throws: Error (usage) for a cardinality < 1, widths for another number of columns, plain_numeric > numeric, and as
/// NumericEmbedding::build does.
class TableEncoderImpl : public nn::Cloneable<TableEncoderImpl> {
 public:
  explicit TableEncoderImpl(TableEncoderOptions options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  int64_t output_width() const;
  int64_t embedded() const;  ///< number of numeric columns that are embedded, the first ones

  TableEncoderOptions options;
  AnyModule numeric;  ///< embeds the first numeric columns; an Identity if none is embedded

 private:
  Tensor one_hot(const Tensor& codes, size_t begin, size_t end);
  void encode(const Tensor& codes, std::vector<Tensor>& parts);

  struct Embeddings;
  std::shared_ptr<Embeddings> embeddings_;  // null if one-hot
  Tensor column_of_, code_of_;              // for each one-hot feature; constants that are not in the state_dict
};
TORCH_MODULE(TableEncoder);

}  // namespace reszoo
