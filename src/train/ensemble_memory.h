/// Buffers that the fused forward pass of a k-ensemble leaves for its backward pass.
#pragma once
#include <functional>
#include <vector>

#include "kernels/tabular.h"
#include "train/ensemble_input.h"

namespace reszoo::detail {

/// The buffers of a linear layer.
struct EnsembleLayer {
  Tensor transposed;  ///< (in, out): the weight that all members share
  Tensor gradients;   ///< (k, out, in), of the input layer (k, in, out): each member's share of the weight's gradient
};

/// A thread's memory for the member that it works on.
struct MemberScratch {
  float* stream;                  ///< (N, width): input of a block; in the backward pass its gradient
  float* entering;                ///< (N, width): gradient of a block's normalized input
  float* inner;                   ///< (rows at once, hidden): gradient of the first product's output
  float* outer;                   ///< (rows at once, width)
  float *matrix, *second_matrix;  ///< the matrices of the member
  float* table;                   ///< (rows of the table's matrix, width)
  float* vectors[8];              ///< (widest) each
  double* sums[4];                ///< (widest) each: of columns
};

/// Buffers of one pass. The members are independent up to the gradients of what they share, so a thread takes a member
/// through the whole network: no sum is divided among threads, and none depends on their number.
struct EnsembleMemory {
  /// Allocates the buffers for a pass over `rows` rows with `features` features; buffers only grow.
  void fit(const TabularPlan& plan, int64_t rows, int64_t features);

  /// Calls `work` for each member, in parallel.
  void each_member(const std::function<void(int64_t member, const MemberScratch& scratch)>& work) const;

  /// Calls `work` for rows [first, first + count), few at a time, so that they stay in a core's own cache from one step
  /// to the next.
  void each_rows(const std::function<void(int64_t first, int64_t count)>& work) const;

  int64_t rows = 0, members = 1, width = 0, features = 0, outputs = 0, widest = 0, widest_hidden = 0;
  std::vector<int64_t> hidden;                                  ///< hidden width of each block
  std::vector<kernels::DropoutMask> dropout, residual_dropout;  ///< mask of each block

  EnsembleInput input;
  EnsembleLayer input_layer;
  std::vector<EnsembleLayer> first, second;  ///< of each block

  // Of each block, then of the head. The layer that follows applies the scale and shift of a norm.
  std::vector<Tensor> normed;   ///< (k, N, width): (x - mean) * inverse
  std::vector<Tensor> inverse;  ///< (k, width): 1 / sqrt(var + eps); 1 if there is no norm

  std::vector<Tensor> activations;  ///< of each block, (k, N, hidden): after ReLU and dropout
  Tensor entry_gradient;            ///< (k, N, width): of the input layer's output, if the features have a gradient
  Tensor entry_matrices;            ///< (k, width, features): the same for its matrices

 private:
  /// Divides memory that begins at `first` into pieces; sets `size` to the number of floats that they need. `first` may
  /// be nullptr.
  MemberScratch scratch(float* first, int64_t* size) const;

  Tensor scratch_;  ///< (threads, size)
};

}  // namespace reszoo::detail
