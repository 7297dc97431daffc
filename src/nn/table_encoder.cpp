#include "reszoo/nn/table_encoder.h"

#include <torch/nn/modules/embedding.h>

#include <numeric>

#include "reszoo/base/error.h"

namespace reszoo {

/// The child `embeddings`: a table a category. It makes them itself, in `reset`,
/// so that it can be cloned.
struct TableEncoderImpl::Embeddings : nn::Cloneable<Embeddings> {
  explicit Embeddings(TableEncoderOptions options_) : options(std::move(options_)) { reset(); }

  void reset() override {
    tables.clear();
    for (const auto cardinality : options.cardinalities())
      tables.push_back(register_module(std::to_string(tables.size()), nn::Embedding(cardinality + 1, options.embedding_width())));
  }

  TableEncoderOptions options;
  std::vector<nn::Embedding> tables;
};

TableEncoderImpl::TableEncoderImpl(TableEncoderOptions options_) : options(std::move(options_)) {
  for (const auto cardinality : options.cardinalities())
    if (cardinality < 1)
      fail(ErrorKind::usage, "TableEncoder: cardinalities must be positive, got {}", cardinality);
  reset();
}

void TableEncoderImpl::reset() {
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
  if (options.embedding_width() > 0)
    embeddings_ = register_module("embeddings", std::make_shared<Embeddings>(options));
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
  for (auto& table : embeddings_->tables)
    vectors.push_back(table(rows.select(1, static_cast<int64_t>(vectors.size()))));
  return torch::cat(vectors, 1);
}

void TableEncoderImpl::pretty_print(std::ostream& stream) const {
  stream << "TableEncoder(numeric=" << options.numeric() << ", categories=" << options.cardinalities().size()
         << ", embedding_width=" << options.embedding_width() << ")";
}

}  // namespace reszoo
