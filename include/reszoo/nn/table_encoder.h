/// Categories of a table as numbers that a linear layer can read.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a TableEncoder: how many numeric columns come first, how many
/// different categories each further column has, and the width of their
/// embeddings in features (0: one-hot).
struct TableEncoderOptions {
  explicit TableEncoderOptions(int64_t numeric) : numeric_(numeric) {}
  TORCH_ARG(int64_t, numeric);
  TORCH_ARG(std::vector<int64_t>, cardinalities) = {};
  TORCH_ARG(int64_t, embedding_width) = 0;
};

/// Keeps the numeric columns and encodes the categories behind them:
/// y = [x_numeric, onehot(c_1), …] or [x_numeric, E_1(c_1), …].
///
/// A row is one tensor of floats, in which a category stands as its code 0 … K-1
/// (exact up to 2^24). Code -1 is a category that training did not see: all
/// zeros as one-hot, row 0 of the table as embedding.
///
/// Shape: (N, numeric + categories) to (N, output_width()).
/// Keys: `embeddings.<i>.weight` (K_i + 1, width); none when one-hot.
class TableEncoderImpl : public nn::Cloneable<TableEncoderImpl> {
 public:
  explicit TableEncoderImpl(TableEncoderOptions options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  int64_t output_width() const;

  TableEncoderOptions options;

 private:
  Tensor one_hot(const Tensor& codes);
  Tensor embed(const Tensor& codes);

  struct Embeddings;
  std::shared_ptr<Embeddings> embeddings_;  // null when one-hot
  Tensor column_of_, code_of_;  // of each one-hot feature; constants, in no state_dict
};
TORCH_MODULE(TableEncoder);

}  // namespace reszoo
