#include "reszoo/nn/table_encoder.h"

#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>

#include <numeric>

#include "reszoo/base/error.h"

namespace reszoo {

/// The child `embeddings`: one table for each categorical column. The tables are made in `reset`, so that the module
/// can be cloned.
struct TableEncoderImpl::Embeddings : nn::Cloneable<Embeddings> {
  explicit Embeddings(TableEncoderOptions options_) : options(std::move(options_)) { reset(); }

  void reset() override {
    tables.clear();
    for (size_t i = 0; i < options.cardinalities.size(); ++i) {
      tables.emplace_back(nullptr);
      if (const auto width = options.width_of(i); width > 0)
        tables.back() = register_module(std::to_string(i), nn::Embedding(options.cardinalities[i] + 1, width));
    }
  }

  TableEncoderOptions options;
  std::vector<nn::Embedding> tables;  // null if one-hot
};

int64_t TableEncoderOptions::width_of(size_t column) const {
  return embedding_widths.empty() ? embedding_width : embedding_widths.at(column);
}

std::vector<int64_t> TableEncoderOptions::widths() const {
  auto widths = numeric_embedding.widths(numeric - plain_numeric);
  widths.insert(widths.end(), static_cast<size_t>(plain_numeric), 1);
  for (size_t i = 0; i < cardinalities.size(); ++i) widths.push_back(width_of(i) > 0 ? width_of(i) : cardinalities[i]);
  return widths;
}

TableEncoderImpl::TableEncoderImpl(TableEncoderOptions options_) : options(std::move(options_)) {
  for (const auto cardinality : options.cardinalities)
    if (cardinality < 1) fail(ErrorKind::usage, "TableEncoder: cardinalities must be positive, got {}", cardinality);
  const auto &widths = options.embedding_widths, &cardinalities = options.cardinalities;
  if (!widths.empty() && widths.size() != cardinalities.size())
    fail(ErrorKind::usage, "TableEncoder: embedding_widths must be one for each category, got {} for {} categories",
         widths.size(), cardinalities.size());
  for (const auto width : widths)
    if (width < 0) fail(ErrorKind::usage, "TableEncoder: embedding_widths must be 0 or more, got {}", width);
  if (options.plain_numeric < 0 || options.plain_numeric > options.numeric)
    fail(ErrorKind::usage,
         "TableEncoder: plain_numeric must be among the numeric columns, got plain_numeric={}, numeric={}",
         options.plain_numeric, options.numeric);
  reset();
}

void TableEncoderImpl::reset() {
  std::vector<int64_t> columns, codes;
  for (size_t i = 0; i < options.cardinalities.size(); ++i)
    for (int64_t code = 0; code < options.cardinalities[i]; ++code) {
      columns.push_back(static_cast<int64_t>(i));
      codes.push_back(code);
    }
  column_of_ = torch::tensor(columns, torch::kLong);
  code_of_ = torch::tensor(codes, torch::kFloat);
  numeric = embedded() == 0 ? AnyModule(nn::Identity()) : options.numeric_embedding.build(embedded());
  if (embedded() > 0) register_module("numeric", numeric.ptr());
  bool any = false;
  for (size_t i = 0; i < options.cardinalities.size(); ++i) any = any || options.width_of(i) > 0;
  if (any) embeddings_ = register_module("embeddings", std::make_shared<Embeddings>(options));
}

int64_t TableEncoderImpl::embedded() const {
  return options.numeric_embedding.kind == EmbeddingKind::none ? 0 : options.numeric - options.plain_numeric;
}

int64_t TableEncoderImpl::output_width() const {
  const auto widths = options.widths();
  return std::accumulate(widths.begin(), widths.end(), int64_t{0});
}

Tensor TableEncoderImpl::forward(const Tensor& x) {
  const int64_t first = embedded();
  std::vector<Tensor> parts;
  if (first > 0) parts.push_back(numeric.forward(x.narrow(1, 0, first)).flatten(1));
  if (options.numeric > first) parts.push_back(x.narrow(1, first, options.numeric - first));
  const auto categories = static_cast<int64_t>(options.cardinalities.size());
  if (categories > 0) encode(x.narrow(1, options.numeric, categories), parts);
  return parts.size() == 1 ? parts[0] : torch::cat(parts, 1);
}

/// Encodes adjacent one-hot columns together.
void TableEncoderImpl::encode(const Tensor& codes, std::vector<Tensor>& parts) {
  const auto rows = embeddings_ ? codes.to(torch::kLong) + 1 : Tensor();
  const size_t categories = options.cardinalities.size();
  for (size_t i = 0, next; i < categories; i = next) {
    next = i + 1;
    if (options.width_of(i) > 0) {
      parts.push_back(embeddings_->tables[i](rows.select(1, static_cast<int64_t>(i))));
      continue;
    }
    while (next < categories && options.width_of(next) == 0) ++next;
    parts.push_back(one_hot(codes, i, next));
  }
}

/// Encodes the columns [begin, end) as one-hot.
Tensor TableEncoderImpl::one_hot(const Tensor& codes, size_t begin, size_t end) {
  if (column_of_.device() != codes.device()) {
    column_of_ = column_of_.to(codes.device());
    code_of_ = code_of_.to(codes.device());
  }
  const auto first = options.cardinalities.begin();
  const auto from = std::accumulate(first, first + static_cast<long>(begin), int64_t{0});
  const auto count = std::accumulate(first + static_cast<long>(begin), first + static_cast<long>(end), int64_t{0});
  return codes.index_select(1, column_of_.narrow(0, from, count)).eq(code_of_.narrow(0, from, count)).to(codes.dtype());
}

void TableEncoderImpl::pretty_print(std::ostream& stream) const {
  stream << "TableEncoder(numeric=" << options.numeric << ", embedded=" << embedded()
         << ", categories=" << options.cardinalities.size() << ", width=" << output_width() << ")";
}

}  // namespace reszoo
