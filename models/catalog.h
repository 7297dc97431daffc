/// The builders, and the one table that names what they build.
#pragma once
#include "reszoo/zoo/registry.h"

namespace reszoo {

/// An image ResNet as data. Stage i has depths[i] blocks of widths[i] channels
/// (times 4 behind bottlenecks); each stage but the first halves height and width.
struct ResNetDesign {
  enum class Block { basic, bottleneck };
  enum class Stem {
    plain,   ///< one 7x7 convolution of stride 2
    deep,    ///< three 3x3 convolutions: S, S and 2 S channels, S = stem_width
    tiered,  ///< the same with 3/4 S, S and 2 S
    cifar,   ///< one 3x3 convolution of stride 1, no pooling
  };
  enum class StemPool {
    max,          ///< 3x3, stride 2, padded with minus infinity
    zero_padded,  ///< the same, padded with zeros: BiT
    conv,         ///< a 3x3 convolution of stride 2, norm, activation: ResNet-RS
  };

  std::vector<Block> blocks = {Block::bottleneck};  ///< of each stage; the last one of those behind it too
  std::vector<int64_t> depths;
  std::vector<int64_t> widths = {64, 128, 256, 512};
  int64_t groups = 1;        ///< cardinality C of ResNeXt
  int64_t group_width = 64;  ///< width d of a group where widths[i] is 64
  int64_t reduce_first = 1;
  Stem stem = Stem::plain;
  int64_t stem_width = 32;
  StemPool stem_pool = StemPool::max;
  ShortcutKind shortcut = ShortcutKind::projection;
  int64_t projection_kernel = 1;
  Attention attention = {};
  AntiAlias anti_alias = AntiAlias::none;
  Order order = Order::post_activation;
  Norm norm = {};
  Activation activation = {};
  std::optional<double> standardize = {};  ///< epsilon of weight standardisation
  bool zero_init_residual = false;
  int64_t outputs = 1000;

  /// What tells it from other designs but depth and width: "bottleneck", "stem deep", ….
  std::vector<std::string> parts() const;
};

/// A design with what the caller chose put in.
struct ResNetChoice {
  ResNetDesign design;  // norm, activation, shortcut and outputs are the chosen ones
  int64_t channels = 3;
  double dropout = 0, drop_path = 0, drop_block = 0;
  std::vector<bool> dilate;  // of each stage
  bool checkpoint = false;
};

/// The steps before the first stage, under the names of torchvision, or inside one
/// step `stem` those of timm's resnetv2 where the order is pre-activation.
Steps resnet_stem(const ResNetChoice& choice);

/// Channels behind the stem.
int64_t stem_output(const ResNetDesign& design);

Network build_resnet(const std::string& name, const ResNetDesign& design, const ImageOptions& options);
Network build_alexnet(const std::string& name, const ImageOptions& options);
Network build_tabular_resnet(const std::string& name, const TabularOptions& options);
Network build_tabular_mlp(const std::string& name, const TabularOptions& options);

/// The options with which the network above has the keys and shapes of a state; nothing for a state of another network.
/// One-hot categories count as numeric columns, which they look like; bins cannot be read, so piecewise embeddings match
/// nothing.
std::optional<ModelOptions> options_of_tabular_resnet(const State& state);
std::optional<ModelOptions> options_of_tabular_mlp(const State& state);

/// One row of the tables of ResNets.
struct ResNetRow {
  std::string name;
  ResNetDesign design;
  std::string reference;  ///< whose keys and numbers it has
  std::string paper;
  int64_t size = 224;     ///< side of a usual image in pixels
};

void add_resnet(Registry& registry, const ResNetRow& row);
void add_resnet_rows(Registry& registry);  ///< torchvision, timm's resnet.py, CIFAR
void add_preact_rows(Registry& registry);  ///< timm's resnetv2.py, CIFAR with pre-activation

/// Returns the option or its default, checked to be at least `least`.
/// Throws: Error (usage) naming model, option and value.
int64_t at_least(int64_t least, const std::string& model, const char* option, const std::optional<int64_t>& value,
                 int64_t fallback);

/// Returns the option or its default, checked to lie in [0, 1).
double fraction(const std::string& model, const char* option, const std::optional<double>& value, double fallback);

}  // namespace reszoo
