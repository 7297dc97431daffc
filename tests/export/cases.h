// The networks that the tests export: every registered model, and models with options other than the defaults.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "reszoo/nn/skip_init.h"
#include "reszoo/zoo/registry.h"
#include "support/fixture.h"

namespace reszoo::test {

/// A registered model with options.
struct ExportCase {
  std::string label, model;
  ModelOptions options;

  Network build() const { return create_model(model, options); }

  /// Builds the network with weights from the hash of their keys.
  Network build_filled() const {
    const SkipInit filled_below;
    auto network = build();
    fill_module(*network);
    return network;
  }
};

inline void PrintTo(const ExportCase& wanted, std::ostream* stream) { *stream << wanted.label; }

/// Models with norms, activations, shortcuts and columns other than the defaults.
inline std::vector<ExportCase> other_parts() {
  const auto image = [](const std::string& label, const ImageOptions& options) {
    return ExportCase{"cifar_resnet20_" + label, "cifar_resnet20", options};
  };
  const auto table = [](const std::string& label, TabularOptions options) {
    options.blocks = 2;
    options.width = 24;
    options.outputs = 3;
    return ExportCase{"tabular_resnet_" + label, "tabular_resnet", options};
  };
  const auto members = [](const std::string& label, EnsembleKind kind, TabularOptions options) {
    options.numeric = 3;
    options.outputs = 2;
    options.widths = std::vector<int64_t>{8, 12};
    options.members = 4;
    options.ensemble = kind;
    const auto model = options.residual_dropout ? "tabular_resnet" : "tabular_mlp";
    return ExportCase{std::string(model) + "_" + label, model, options};
  };
  const std::vector<int64_t> cardinalities{3, 1, 5};
  const Bins alike{{-1, 0, 0.5}, {-0.5, 0, 1}, {-0.25, 0.25, 0.5}},
      different{{-1, 0, 0.5}, {-0.5, 1}, {-0.5, 0, 0.25, 0.5}};
  return {
      image("group", {.norm = Norm::parse("group:8"), .activation = Activation::parse("gelu")}),
      image("layer", {.norm = Norm::parse("layer"), .activation = Activation::parse("silu")}),
      image("instance", {.norm = Norm::parse("instance"), .activation = Activation::parse("leaky_relu:0.1")}),
      image("bare", {.norm = Norm::parse("none"), .activation = Activation::parse("none")}),
      image("dropped", {.dropout = 0.5, .drop_path = 0.2, .drop_block = 0.1, .checkpoint = true}),
      image("projection", {.outputs = 0, .channels = 1, .shortcut = ShortcutKind::projection}),
      table("one_hot", {.numeric = 4, .cardinalities = cardinalities}),
      table("embedded",
            {.numeric = 4, .cardinalities = cardinalities, .embedding_width = 6, .norm = Norm::parse("layer")}),
      table("categories", {.numeric = 0, .cardinalities = cardinalities, .norm = Norm::parse("group:4")}),
      table("numbers",
            {.numeric = 7, .dropout = 0.5, .residual_dropout = 0.5, .activation = Activation::parse("gelu")}),
      table("mixed", {.numeric = 2, .cardinalities = cardinalities, .embedding_widths = std::vector<int64_t>{0, 4, 0}}),
      table("linear", {.numeric = 4, .numeric_embedding = EmbeddingKind::linear, .plain_numeric = 2}),
      table("linear_relu", {.numeric = 2, .numeric_embedding = EmbeddingKind::linear_relu}),
      table("plr",
            {.numeric = 2, .cardinalities = cardinalities, .numeric_embedding = EmbeddingKind::plr, .frequencies = 5}),
      table("plr_lite", {.numeric = 2, .numeric_embedding = EmbeddingKind::plr_lite, .frequency_scale = 0.5}),
      table("piecewise", {.numeric = 3, .numeric_embedding = EmbeddingKind::piecewise, .bins = different}),
      table("piecewise_relu", {.numeric = 3, .numeric_embedding = EmbeddingKind::piecewise_relu, .bins = alike}),
      table("encoding", {.numeric = 3, .numeric_embedding = EmbeddingKind::piecewise_encoding, .bins = different}),
      members("tabm", EnsembleKind::tabm, {.numeric_embedding = EmbeddingKind::piecewise, .bins = alike}),
      members("mini", EnsembleKind::mini, {.cardinalities = cardinalities, .norm = Norm::parse("layer")}),
      members("packed", EnsembleKind::packed, {}),
      members("tabm", EnsembleKind::tabm, {.residual_dropout = 0.0}),
      members("mini", EnsembleKind::mini, {.residual_dropout = 0.0}),
      members("packed", EnsembleKind::packed, {.residual_dropout = 0.0, .norm = Norm::parse("group:2")}),
  };
}

/// The named models with their default options.
inline std::vector<ExportCase> rows_of(const std::vector<std::string>& names) {
  std::vector<ExportCase> rows;
  for (const auto& name : names) rows.push_back({name, name, default_options(registry().find(name).domain)});
  return rows;
}

/// Every registered model with its default options.
inline std::vector<ExportCase> all_rows() { return rows_of(registry().names()); }

/// Returns whether the network accepts only multiples of 32 pixels: average pooling rounds an odd size down and the
/// shortcut rounds it up, as in timm.
inline bool needs_even_maps(const ExportCase& wanted) {
  const auto& parts = registry().find(wanted.model).parts;
  return std::find(parts.begin(), parts.end(), "anti-alias average") != parts.end();
}

/// Returns an input of the network: `batch` rows, or images of this size. Categories are valid codes, including -1.
inline Tensor export_input(const ExportCase& wanted, const Network& network, int64_t batch, int64_t height,
                           int64_t width) {
  const auto channels = network->input_spec().channels;
  if (std::holds_alternative<ImageOptions>(wanted.options)) return uniform("input", {batch, channels, height, width});
  const auto& options = std::get<TabularOptions>(wanted.options);
  auto rows = uniform("input", {batch, channels});
  const auto cardinalities = options.cardinalities.value_or(std::vector<int64_t>{});
  for (size_t i = 0; i < cardinalities.size(); ++i)
    for (int64_t row = 0; row < batch; ++row)
      rows[row][options.numeric.value_or(0) + static_cast<int64_t>(i)] =
          static_cast<float>((row + static_cast<int64_t>(i)) % (cardinalities[i] + 1) - 1);
  return rows;
}

}  // namespace reszoo::test
