/// Options of models.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reszoo/nn/activation.h"
#include "reszoo/nn/members.h"
#include "reszoo/nn/norm.h"
#include "reszoo/nn/numeric_embedding.h"
#include "reszoo/nn/shortcut_kind.h"

namespace reszoo {

/// Options of image networks. A field that is left out has the model's own default. A model rejects a field that it
/// does not accept.
struct ImageOptions {
  std::optional<int64_t> outputs = {};        ///< classes; 0 builds no head
  std::optional<int64_t> channels = {};       ///< channels of the input image
  std::optional<Norm> norm = {};              ///< instead of batch norm
  std::optional<Activation> activation = {};  ///< instead of ReLU
  std::optional<ShortcutKind> shortcut = {};  ///< of blocks whose input and output have different shapes
  std::optional<double> dropout = {};         ///< fraction of values zeroed before the last linear layer
  std::optional<double> drop_path = {};       ///< stochastic depth: rate of the last block, linear from 0 at the first
  std::optional<double> drop_block = {};      ///< fraction of pixels that DropBlock zeroes in the last two stages
  std::optional<bool> zero_init_residual = {};  ///< every block is the identity at first
  /// For each stage except the first: whether it has dilated convolutions instead of a stride, so that its feature maps
  /// keep the size of the previous stage (as in torchvision).
  std::optional<std::vector<bool>> replace_stride_with_dilation = {};
  std::optional<bool> checkpoint = {};  ///< training recomputes the stages to save memory
};

/// Options of tabular networks. Each input row has the numeric columns first, then one code for each categorical
/// column.
struct TabularOptions {
  std::optional<int64_t> outputs = {};                        ///< 1 for regression, else classes; 0 builds no head
  std::optional<int64_t> numeric = {};                        ///< numeric columns
  std::optional<std::vector<int64_t>> cardinalities = {};     ///< number of categories of each categorical column
  std::optional<int64_t> embedding_width = {};                ///< features per category; 0 is one-hot
  std::optional<std::vector<int64_t>> embedding_widths = {};  ///< one for each column, instead of embedding_width
  std::optional<EmbeddingKind> numeric_embedding = {};        ///< how numeric columns are embedded
  std::optional<int64_t> numeric_width = {};                  ///< features per embedded numeric column
  std::optional<int64_t> frequencies = {};                    ///< frequencies per column, for plr and plr_lite
  std::optional<double> frequency_scale = {};                 ///< standard deviation of the initial frequencies
  std::optional<Bins> bins = {};                              ///< bins of each embedded column, for the piecewise kinds
  std::optional<int64_t> plain_numeric = {};  ///< number of numeric columns, the last ones, that are not embedded
  std::optional<int64_t> blocks = {};
  std::optional<int64_t> width = {};
  std::optional<std::vector<int64_t>> widths = {};  ///< width of each block, instead of blocks and width
  std::optional<int64_t> members = {};        ///< k networks in one with outputs (N, k, outputs); 0: one plain network
  std::optional<EnsembleKind> ensemble = {};  ///< what the members share
  std::optional<double> hidden_factor = {};   ///< inner width of a block / width
  std::optional<double> dropout = {};         ///< dropout rate between the linear layers of a block
  std::optional<double> residual_dropout = {};  ///< dropout rate after the linear layers of a block
  std::optional<Norm> norm = {};
  std::optional<Activation> activation = {};
  std::optional<bool> checkpoint = {};  ///< training recomputes the blocks to save memory
};

using ModelOptions = std::variant<ImageOptions, TabularOptions>;

enum class Domain { image, tabular };
std::string text_of(Domain domain);

/// Returns options of the domain with all fields left out.
ModelOptions default_options(Domain domain);

/// Returns the names of all options of the domain, in the order of their fields.
std::vector<std::string> option_names(Domain domain);

/// Returns the fields that are set, by name: {"outputs": 10, "norm": "group:32"}.
nlohmann::json to_json(const ModelOptions& options);

/// Reads options from JSON; the inverse of `to_json`.
/// Throws: Error (usage) for an unknown name or a value of the wrong type.
ModelOptions options_from_json(Domain domain, const nlohmann::json& json);

}  // namespace reszoo
