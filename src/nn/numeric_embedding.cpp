#include "reszoo/nn/numeric_embedding.h"

#include <torch/nn/modules/linear.h>

#include "reszoo/base/names.h"
#include "reszoo/nn/linear_embeddings.h"
#include "reszoo/nn/periodic_embeddings.h"
#include "reszoo/nn/piecewise_linear.h"

namespace reszoo {
namespace {

struct EmbeddingRow {
  std::string_view name;
  EmbeddingKind value;
  int64_t width;  // default width
};

constexpr EmbeddingRow kEmbeddings[] = {
    {"none", EmbeddingKind::none, 1},
    {"linear", EmbeddingKind::linear, 32},
    {"linear_relu", EmbeddingKind::linear_relu, 32},
    {"plr", EmbeddingKind::plr, 24},
    {"plr_lite", EmbeddingKind::plr_lite, 24},
    {"piecewise", EmbeddingKind::piecewise, 16},
    {"piecewise_relu", EmbeddingKind::piecewise_relu, 16},
    {"piecewise_encoding", EmbeddingKind::piecewise_encoding, 0},
};

AnyModule piecewise_embeddings(const NumericEmbedding& e, int64_t width) {
  using Version = PiecewiseLinearEmbeddingsOptions::Version;
  const bool relu = e.kind == EmbeddingKind::piecewise_relu;
  return AnyModule(PiecewiseLinearEmbeddings(PiecewiseLinearEmbeddingsOptions{
      .bins = e.bins, .width = width, .version = relu ? Version::a : Version::b, .activation = relu}));
}

AnyModule periodic_embeddings(const NumericEmbedding& e, int64_t columns, int64_t width) {
  return AnyModule(PeriodicEmbeddings(PeriodicEmbeddingsOptions{.columns = columns,
                                                                .width = width,
                                                                .frequencies = e.frequencies,
                                                                .scale = e.scale,
                                                                .lite = e.kind == EmbeddingKind::plr_lite}));
}

}  // namespace

EmbeddingKind parse_embedding(std::string_view text) { return parse_name("numeric_embedding", kEmbeddings, text); }

std::string text_of(EmbeddingKind kind) { return name_of(kEmbeddings, kind); }

bool is_piecewise(EmbeddingKind kind) { return kind >= EmbeddingKind::piecewise; }

AnyModule NumericEmbedding::build(int64_t columns) const {
  if (is_piecewise(kind) && static_cast<int64_t>(bins.size()) != columns)
    fail(ErrorKind::usage,
         "numeric_embedding: {} needs the bins of each embedded column, got bins of {}, columns={}; "
         "quantile_bins and tree_bins make them",
         text_of(kind), bins.size(), columns);
  const int64_t chosen = width > 0 ? width : row_of(kEmbeddings, kind).width;
  switch (kind) {
    case EmbeddingKind::none: return AnyModule(nn::Identity());
    case EmbeddingKind::linear:
      return AnyModule(LinearEmbeddings(LinearEmbeddingsOptions{.columns = columns, .width = chosen}));
    case EmbeddingKind::linear_relu:
      return AnyModule(LinearReLUEmbeddings(LinearEmbeddingsOptions{.columns = columns, .width = chosen}));
    case EmbeddingKind::plr:
    case EmbeddingKind::plr_lite: return periodic_embeddings(*this, columns, chosen);
    case EmbeddingKind::piecewise:
    case EmbeddingKind::piecewise_relu: return piecewise_embeddings(*this, chosen);
    case EmbeddingKind::piecewise_encoding: return AnyModule(PiecewiseLinearEncoding(bins));
  }
  fail(ErrorKind::usage, "numeric_embedding: unknown kind {}", static_cast<int>(kind));
}

std::vector<int64_t> NumericEmbedding::widths(int64_t columns) const {
  std::vector<int64_t> found(static_cast<size_t>(columns), width > 0 ? width : row_of(kEmbeddings, kind).width);
  for (size_t i = 0; i < found.size(); ++i) {
    if (kind == EmbeddingKind::none) found[i] = 1;
    if (kind == EmbeddingKind::piecewise_encoding) found[i] = static_cast<int64_t>(bins[i].size()) - 1;
  }
  return found;
}

}  // namespace reszoo
