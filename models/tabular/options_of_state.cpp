// Derives the options of tabular networks from the keys and shapes of their weights.
#include "../catalog.h"

#include <algorithm>

namespace reszoo {
namespace {

const char* const kEncoder = "encoder.numeric.";

/// Sizes of tensors by key; 0 if there is no such tensor.
class Shapes {
 public:
  explicit Shapes(const StateDict& state) : state_(state) {}

  bool has(const std::string& key) const { return state_.contains(key); }

  int64_t size(const std::string& key, int64_t dimension) const {
    const auto* tensor = state_.find(key);
    return tensor && dimension < tensor->dim() ? tensor->size(dimension) : 0;
  }

  int64_t rank(const std::string& key) const { return has(key) ? state_.find(key)->dim() : 0; }

  /// Returns the output features of a linear layer. The weights of k parallel layers are (k, in, out).
  int64_t out(const std::string& layer) const { return size(layer + ".weight", rank(layer + ".weight") == 3 ? 2 : 0); }
  int64_t in(const std::string& layer) const { return size(layer + ".weight", 1); }

 private:
  const StateDict& state_;
};

bool alike(const std::vector<int64_t>& widths) {
  return !widths.empty() && std::count(widths.begin(), widths.end(), widths[0]) == static_cast<int64_t>(widths.size());
}

/// Derives the numeric embedding. Returns the number of columns that it embeds.
int64_t read_embedding(const Shapes& shapes, TabularOptions& options) {
  const auto key = [](const char* name) { return kEncoder + std::string(name); };
  if (shapes.has(key("periodic.weight"))) {
    options.numeric_embedding = shapes.rank(key("linear.weight")) == 3 ? EmbeddingKind::plr : EmbeddingKind::plr_lite;
    options.numeric_width = shapes.out(key("linear"));
    options.frequencies = shapes.size(key("periodic.weight"), 1);
    return shapes.size(key("periodic.weight"), 0);
  }
  const bool relu = shapes.has(key("linear.weight"));
  const auto weight = key(relu ? "linear.weight" : "weight");
  if (!shapes.has(weight)) return 0;
  options.numeric_embedding = relu ? EmbeddingKind::linear_relu : EmbeddingKind::linear;
  options.numeric_width = shapes.size(weight, 1);
  return shapes.size(weight, 0);
}

/// Derives the embeddings of categories. Returns the number of their features.
int64_t read_categories(const Shapes& shapes, TabularOptions& options) {
  std::vector<int64_t> cardinalities, widths;
  for (;;) {
    const auto key = "encoder.embeddings." + std::to_string(cardinalities.size()) + ".weight";
    if (!shapes.has(key)) break;
    cardinalities.push_back(std::max<int64_t>(shapes.size(key, 0) - 1, 1));
    widths.push_back(shapes.size(key, 1));
  }
  if (cardinalities.empty()) return 0;
  options.cardinalities = cardinalities;
  int64_t features = 0;
  for (const auto width : widths) features += width;
  if (alike(widths)) options.embedding_width = widths[0];
  else options.embedding_widths = widths;
  return features;
}

void read_widths(const Shapes& shapes, const std::string& layer, TabularOptions& options) {
  std::vector<int64_t> widths;
  const auto of_block = [&] { return "blocks." + std::to_string(widths.size()) + "." + layer; };
  while (shapes.has(of_block() + ".weight")) widths.push_back(shapes.out(of_block()));
  if (alike(widths)) {
    options.blocks = static_cast<int64_t>(widths.size());
    options.width = widths[0];
  } else {
    options.widths = widths;
  }
}

void read_members(const Shapes& shapes, const std::string& first, const std::string& last, TabularOptions& options) {
  if (shapes.rank(last + ".weight") != 3) return;
  options.members = shapes.size(last + ".weight", 0);
  options.ensemble = shapes.has("members.weight") ? EnsembleKind::mini
                     : shapes.has(first + ".r")   ? EnsembleKind::tabm
                                                  : EnsembleKind::packed;
}

/// The names of the layers from which the options are derived.
struct Layers {
  std::string first, last;  // linear layers
  std::string of_block;     // the linear layer of a block whose output width is that of the block
};

/// Derives the options that both networks have, or nothing if a layer is missing.
std::optional<TabularOptions> read_options(const Shapes& shapes, const Layers& layers) {
  const int64_t features = shapes.in(layers.first);
  TabularOptions options{.outputs = shapes.out(layers.last)};
  const bool piecewise = shapes.has(std::string(kEncoder) + "impl.weight");
  if (features == 0 || *options.outputs == 0 || piecewise) return std::nullopt;
  const int64_t embedded = read_embedding(shapes, options), of_categories = read_categories(shapes, options);
  const int64_t plain = features - of_categories - embedded * options.numeric_width.value_or(0);
  options.numeric = embedded + plain;
  if (plain < 0 || (*options.numeric == 0 && !options.cardinalities)) return std::nullopt;
  if (embedded > 0 && plain > 0) options.plain_numeric = plain;
  read_widths(shapes, layers.of_block, options);
  read_members(shapes, layers.first, layers.last, options);
  return options;
}

/// Derives the norm from its keys: batch norm has running statistics.
std::optional<Norm> norm_of(const Shapes& shapes, const std::string& layer) {
  if (!shapes.has(layer + ".weight")) return std::nullopt;
  return Norm{shapes.has(layer + ".running_mean") ? "batch" : "layer"};
}

}  // namespace

std::optional<ModelOptions> options_of_tabular_resnet(const StateDict& state) {
  const Shapes shapes(state);
  const int64_t hidden = shapes.out("blocks.0.linear1"), width = shapes.out("blocks.0.linear2");
  if (hidden == 0 || width == 0) return std::nullopt;
  auto options = read_options(shapes, {.first = "input_projection", .last = "output.linear", .of_block = "linear2"});
  if (!options) return std::nullopt;
  options->hidden_factor = static_cast<double>(hidden) / static_cast<double>(width);
  const auto norm = norm_of(shapes, "output.normalization");
  if (norm != Norm{"batch"}) options->norm = norm.value_or(Norm{"none"});
  return options;
}

std::optional<ModelOptions> options_of_tabular_mlp(const StateDict& state) {
  const Shapes shapes(state);
  if (shapes.has("input_projection.weight")) return std::nullopt;
  auto options = read_options(shapes, {.first = "blocks.0.linear", .last = "output", .of_block = "linear"});
  if (!options) return std::nullopt;
  if (const auto norm = norm_of(shapes, "blocks.0.normalization")) options->norm = *norm;
  return options;
}

}  // namespace reszoo
