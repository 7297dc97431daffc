#include "reszoo/nn/numeric_embedding.h"

#include <torch/nn/modules/linear.h>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/nn/linear_embeddings.h"
#include "reszoo/nn/periodic_embeddings.h"
#include "reszoo/nn/piecewise_linear.h"

namespace reszoo {
namespace {

struct Row {
  std::string name;
  int64_t width;  // unless another is chosen
};

// In the order of EmbeddingKind.
const std::vector<Row> kRows = {{"none", 1},      {"linear", 32},    {"linear_relu", 32},    {"plr", 24},
                                {"plr_lite", 24}, {"piecewise", 16}, {"piecewise_relu", 16}, {"piecewise_encoding", 0}};

AnyModule piecewise(const NumericEmbedding& e, int64_t width) {
  using Version = PiecewiseLinearEmbeddingsOptions::Version;
  const bool relu = e.kind == EmbeddingKind::piecewise_relu;
  return AnyModule(PiecewiseLinearEmbeddings(
      PiecewiseLinearEmbeddingsOptions(e.bins, width).version(relu ? Version::a : Version::b).activation(relu)));
}

AnyModule periodic(const NumericEmbedding& e, int64_t columns, int64_t width) {
  return AnyModule(PeriodicEmbeddings(PeriodicEmbeddingsOptions(columns, width)
                                          .frequencies(e.frequencies)
                                          .scale(e.scale)
                                          .lite(e.kind == EmbeddingKind::plr_lite)));
}

}  // namespace

EmbeddingKind parse_embedding(std::string_view text) {
  std::vector<std::string> names;
  for (const auto& row : kRows) names.push_back(row.name);
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<EmbeddingKind>(i);
  fail(ErrorKind::usage, "numeric_embedding: must be {}, got \"{}\"{}", fmt::join(names, ", "), text, suggestion(text, names));
}

std::string text_of(EmbeddingKind kind) { return kRows.at(static_cast<size_t>(kind)).name; }

bool is_piecewise(EmbeddingKind kind) { return kind >= EmbeddingKind::piecewise; }

AnyModule NumericEmbedding::build(int64_t columns) const {
  if (is_piecewise(kind) && static_cast<int64_t>(bins.size()) != columns)
    fail(ErrorKind::usage, "numeric_embedding: {} needs the bins of each embedded column, got bins of {}, columns={}; "
         "quantile_bins and tree_bins make them", text_of(kind), bins.size(), columns);
  const auto chosen = width > 0 ? width : kRows.at(static_cast<size_t>(kind)).width;
  switch (kind) {
    case EmbeddingKind::none: return AnyModule(nn::Identity());
    case EmbeddingKind::linear: return AnyModule(LinearEmbeddings(LinearEmbeddingsOptions(columns, chosen)));
    case EmbeddingKind::linear_relu: return AnyModule(LinearReLUEmbeddings(LinearEmbeddingsOptions(columns, chosen)));
    case EmbeddingKind::plr:
    case EmbeddingKind::plr_lite: return periodic(*this, columns, chosen);
    case EmbeddingKind::piecewise:
    case EmbeddingKind::piecewise_relu: return piecewise(*this, chosen);
    case EmbeddingKind::piecewise_encoding: return AnyModule(PiecewiseLinearEncoding(bins));
  }
  fail(ErrorKind::usage, "numeric_embedding: unknown kind {}", static_cast<int>(kind));
}

std::vector<int64_t> NumericEmbedding::widths(int64_t columns) const {
  std::vector<int64_t> found(static_cast<size_t>(columns), width > 0 ? width : kRows.at(static_cast<size_t>(kind)).width);
  for (size_t i = 0; i < found.size(); ++i) {
    if (kind == EmbeddingKind::none) found[i] = 1;
    if (kind == EmbeddingKind::piecewise_encoding) found[i] = static_cast<int64_t>(bins[i].size()) - 1;
  }
  return found;
}

}  // namespace reszoo
