#include "table.h"

#include <torch/nn/modules/linear.h>

#include <numeric>

#include "reszoo/base/error.h"
#include "reszoo/nn/table_encoder.h"

namespace reszoo {
namespace {

NumericEmbedding embedding_of(const std::string& name, const TabularOptions& options) {
  NumericEmbedding embedding{.kind = options.numeric_embedding.value_or(EmbeddingKind::none)};
  embedding.width = at_least(1, name, "numeric_width", options.numeric_width, 1);
  if (!options.numeric_width) embedding.width = 0;  // the default of the embedding kind
  embedding.frequencies = at_least(1, name, "frequencies", options.frequencies, 48);
  embedding.scale = options.frequency_scale.value_or(0.01);
  embedding.bins = options.bins.value_or(Bins{});
  if (options.bins && !is_piecewise(embedding.kind))
    fail(ErrorKind::usage, "{}: bins are for piecewise embeddings, got numeric_embedding={}", name,
         text_of(embedding.kind));
  return embedding;
}

std::vector<int64_t> widths_of(const std::string& name, const TabularOptions& options, const TableDefaults& defaults) {
  if (!options.widths)
    return std::vector<int64_t>(static_cast<size_t>(at_least(1, name, "blocks", options.blocks, defaults.blocks)),
                                at_least(1, name, "width", options.width, defaults.width));
  if (options.blocks || options.width || options.widths->empty())
    fail(ErrorKind::usage, "{}: widths, one for each block, replaces blocks and width", name);
  for (const auto width : *options.widths) at_least(1, name, "widths", width, 1);
  return *options.widths;
}

Members members_of(const std::string& name, const TabularOptions& options) {
  const Members members{at_least(0, name, "members", options.members, 0),
                        options.ensemble.value_or(EnsembleKind::tabm)};
  if (options.ensemble && members.count == 0)
    fail(ErrorKind::usage, "{}: ensemble={} needs members, got members=0", name, text_of(members.kind));
  return members;
}

}  // namespace

int64_t TableDesign::encoded() const { return std::accumulate(features.begin(), features.end(), int64_t{0}); }

ScaleInit TableDesign::scale_init() const {
  const auto* table = encoder.ptr()->as<TableEncoderImpl>();
  const bool embedded = table && table->options.numeric_embedding.kind != EmbeddingKind::none;
  return embedded ? ScaleInit::normal : ScaleInit::random_signs;  // as in the package tabm
}

Steps TableDesign::input_steps() const {
  Steps steps{{"encoder", encoder}};
  if (members.count > 0) steps.emplace_back("members", members.input_adapter(encoded(), scale_init(), features));
  return steps;
}

AnyModule TableDesign::first_linear(int64_t out) const {
  return members.first_linear(encoded(), out, scale_init(), features);
}

TableDesign table_design(const std::string& name, const TabularOptions& options, const TableDefaults& defaults) {
  const auto cardinalities = options.cardinalities.value_or(std::vector<int64_t>{});
  const auto categories = static_cast<int64_t>(cardinalities.size());
  const auto numeric = at_least(0, name, "numeric", options.numeric, categories > 0 ? 0 : 1);
  if (numeric + categories == 0) fail(ErrorKind::usage, "{}: needs a column, got numeric=0 and no cardinalities", name);
  const auto embedding = embedding_of(name, options);
  const TableEncoderOptions table{
      .numeric = numeric,
      .cardinalities = cardinalities,
      .embedding_width = at_least(0, name, "embedding_width", options.embedding_width, 0),
      .embedding_widths = options.embedding_widths.value_or(std::vector<int64_t>{}),
      .numeric_embedding = embedding,
      .plain_numeric = at_least(0, name, "plain_numeric", options.plain_numeric, 0),
  };
  const bool unchanged = categories == 0 && embedding.kind == EmbeddingKind::none;
  TableEncoder encoder(table);  // checks the options
  return TableDesign{
      .columns = numeric + categories,
      .outputs = at_least(0, name, "outputs", options.outputs, 1),
      .encoder = unchanged ? AnyModule(nn::Identity()) : AnyModule(encoder),
      .features = table.widths(),
      .widths = widths_of(name, options, defaults),
      .members = members_of(name, options),
      .norm = options.norm.value_or(defaults.norm),
      .activation = options.activation.value_or(Activation{}),
      .dropout = fraction(name, "dropout", options.dropout, defaults.dropout),
  };
}

}  // namespace reszoo
