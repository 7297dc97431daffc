#include "reszoo/nn/table_encoder.h"

#include <numeric>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

/// A child that only groups others under a name.
struct GroupImpl : nn::Cloneable<GroupImpl> {
  void reset() override {}
};

}  // namespace

TableEncoderImpl::TableEncoderImpl(TableEncoderOptions options_) : options(std::move(options_)) {
  for (const auto cardinality : options.cardinalities())
    if (cardinality < 1)
      fail(ErrorKind::usage, "TableEncoder: cardinalities must be positive, got {}", cardinality);
  reset();
}

void TableEncoderImpl::reset() {
  embeddings_.clear();
  std::vector<int64_t> columns, codes;
  for (size_t i = 0; i < options.cardinalities().size(); ++i) {
    const auto cardinality = options.cardinalities()[i];
    for (int64_t code = 0; code < cardinality; ++code) {
      columns.push_back(static_cast<int64_t>(i));
      codes.push_back(code);
    }
  }
  column_of_ = torch::tensor(columns, torch::kLong);
  code_of_ = torch::tensor(codes, torch::kFloat);
  if (options.embedding_width() == 0) return;
  auto group = register_module("embeddings", std::make_shared<GroupImpl>());
  for (size_t i = 0; i < options.cardinalities().size(); ++i)
    embeddings_.push_back(group->register_module(
        std::to_string(i), nn::Embedding(options.cardinalities()[i] + 1, options.embedding_width())));
}

int64_t TableEncoderImpl::output_width() const {
  const auto& cardinalities = options.cardinalities();
  const auto categories = options.embedding_width() == 0
                              ? std::accumulate(cardinalities.begin(), cardinalities.end(), int64_t{0})
                              : static_cast<int64_t>(cardinalities.size()) * options.embedding_width();
  return options.numeric() + categories;
}

Tensor TableEncoderImpl::forward(const Tensor& x) {
  const auto numeric = x.narrow(1, 0, options.numeric());
  const auto codes = x.narrow(1, options.numeric(), static_cast<int64_t>(options.cardinalities().size()));
  return torch::cat({numeric, options.embedding_width() == 0 ? one_hot(codes) : embed(codes)}, 1);
}

Tensor TableEncoderImpl::one_hot(const Tensor& codes) {
  if (column_of_.device() != codes.device()) {
    column_of_ = column_of_.to(codes.device());
    code_of_ = code_of_.to(codes.device());
  }
  return codes.index_select(1, column_of_).eq(code_of_).to(codes.dtype());
}

Tensor TableEncoderImpl::embed(const Tensor& codes) {
  const auto rows = codes.to(torch::kLong) + 1;
  std::vector<Tensor> vectors;
  for (size_t i = 0; i < embeddings_.size(); ++i)
    vectors.push_back(embeddings_[i](rows.select(1, static_cast<int64_t>(i))));
  return torch::cat(vectors, 1);
}

void TableEncoderImpl::pretty_print(std::ostream& stream) const {
  stream << "TableEncoder(numeric=" << options.numeric() << ", categories=" << options.cardinalities().size()
         << ", embedding_width=" << options.embedding_width() << ")";
}

}  // namespace reszoo
