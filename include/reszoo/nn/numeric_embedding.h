/// Describes the embedding of numeric columns as a value.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/base/bin_edges.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// The kinds of embeddings, named as in rtdl_num_embeddings and the papers. The width is the default.
///
/// | text                 | module                                              | width |
/// |----------------------|-----------------------------------------------------|-------|
/// | `none`               | the value itself                                    | 1     |
/// | `linear`             | LinearEmbeddings                                    | 32    |
/// | `linear_relu`        | LinearReLUEmbeddings                                | 32    |
/// | `plr`                | PeriodicEmbeddings                                  | 24    |
/// | `plr_lite`           | PeriodicEmbeddings, lite                            | 24    |
/// | `piecewise`          | PiecewiseLinearEmbeddings, version b                | 16    |
/// | `piecewise_relu`     | PiecewiseLinearEmbeddings, version a, then a ReLU  | 16    |
/// | `piecewise_encoding` | PiecewiseLinearEncoding                             | bins  |
enum class EmbeddingKind { none, linear, linear_relu, plr, plr_lite, piecewise, piecewise_relu, piecewise_encoding };

/// Parses a text of the table above.
/// Throws: Error (usage) for any other text.
EmbeddingKind parse_embedding(std::string_view text);
std::string text_of(EmbeddingKind kind);

/// Whether the kind needs bins.
bool is_piecewise(EmbeddingKind kind);

/// A kind with its sizes.
struct NumericEmbedding {
  EmbeddingKind kind = EmbeddingKind::none;
  int64_t width = 0;         ///< features per column; 0 takes the width in the table above
  int64_t frequencies = 48;  ///< frequencies per column, for plr and plr_lite
  double scale = 0.01;       ///< standard deviation of the initial frequencies
  Bins bins = {};            ///< the edges of each column's bins, for the piecewise kinds

  /// Builds the module, which maps (N, columns) to (N, columns, width) or (N, all bins).
  /// Throws: Error (usage) if the bins are for another number of columns, and what the module's constructor throws.
  AnyModule build(int64_t columns) const;

  /// Returns the number of features of each column.
  std::vector<int64_t> widths(int64_t columns) const;
};

}  // namespace reszoo
