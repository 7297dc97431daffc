/// The builders of the networks and the tables of their designs.
#pragma once
#include "reszoo/nn/conv_blocks.h"
#include "reszoo/zoo/registry.h"

namespace reszoo {

/// An image ResNet as data. Stage i has depths[i] blocks of widths[i] channels (times 4 at the output of bottlenecks).
/// Each stage except the first halves height and width.
struct ResNetDesign {
  enum class Block { basic, bottleneck };
  enum class Stem {
    plain,   ///< one 7x7 convolution of stride 2
    deep,    ///< three 3x3 convolutions: S, S and 2 S channels, S = stem_width
    tiered,  ///< as `deep`, but with 3/4 S, S and 2 S channels
    cifar,   ///< one 3x3 convolution of stride 1, no pooling
  };
  enum class StemPool {
    max,          ///< 3x3, stride 2, padded with minus infinity
    zero_padded,  ///< the same padded with zeros: BiT
    conv,         ///< a 3x3 convolution of stride 2, norm, activation: ResNet-RS
  };

  std::vector<Block> blocks = {Block::bottleneck};  ///< kind of each stage; the last entry holds for all further stages
  std::vector<int64_t> depths = {};                 ///< number of blocks of each stage
  std::vector<int64_t> widths = {64, 128, 256, 512};
  int64_t groups = 1;        ///< cardinality C of ResNeXt
  int64_t group_width = 64;  ///< width d of a group for widths[i] = 64 (timm's base_width)
  int64_t reduce_first = 1;  ///< divides the width of a block's first convolution
  Stem stem = Stem::plain;
  int64_t stem_width = 32;  ///< S of the deep and the tiered stem
  StemPool stem_pool = StemPool::max;
  ShortcutKind shortcut = ShortcutKind::projection;
  int64_t projection_kernel = 1;
  Attention attention = {};
  AntiAlias anti_alias = AntiAlias::none;
  Order order = Order::post_activation;
  Norm norm = {};
  Activation activation = {};
  std::optional<double> weight_standardization = {};  ///< epsilon of weight standardisation
  bool zero_init_residual = false;  ///< whether every block is the identity at first, as in timm's resnet.py
  int64_t outputs = 1000;

  /// Returns the components of the design, without depths and widths: "bottleneck", "stem deep", ….
  std::vector<std::string> parts() const;
};

/// A design and the caller's options, with all defaults resolved and checked.
struct ResNetConfig {
  ResNetDesign design;  ///< with norm, activation, shortcut and outputs from the options
  int64_t channels = 3;
  double dropout = 0, drop_path = 0, drop_block = 0;
  std::vector<bool> dilate = {};  ///< for each stage: dilation instead of a stride
  bool checkpoint = false;
};

/// Builds the steps before the first stage, with torchvision's names. With pre-activation they are inside one step
/// `stem`, with the names of timm's resnetv2.
Steps resnet_stem(const ResNetConfig& config);

/// Returns the number of channels of the stem's output.
int64_t stem_output(const ResNetDesign& design);

Network build_resnet(const std::string& name, const ResNetDesign& design, const ImageOptions& options);
Network build_alexnet(const std::string& name, const ImageOptions& options);
Network build_tabular_resnet(const std::string& name, const TabularOptions& options);
Network build_tabular_mlp(const std::string& name, const TabularOptions& options);

/// Derives from a state_dict the options with which the network above has its keys and shapes. Returns nothing for a
/// state_dict of another network. One-hot categories count as numeric columns, because their weights look the same.
/// Bins cannot be derived, so piecewise embeddings match nothing.
std::optional<ModelOptions> options_of_tabular_resnet(const StateDict& state);
std::optional<ModelOptions> options_of_tabular_mlp(const StateDict& state);

/// One row of a table of ResNets.
struct ResNetRow {
  std::string name;
  ResNetDesign design;
  std::string reference = {};  ///< the package whose keys and outputs it reproduces
  std::string paper = {};
  int64_t size = 224;  ///< side of a typical image, in pixels
};

void add_resnet(Registry& registry, const ResNetRow& row);
void add_resnet_rows(Registry& registry);  ///< torchvision, timm's resnet.py, CIFAR
/// timm's resnet.py with attention or anti-aliasing. add_resnet_rows calls it.
void add_timm_attention_rows(Registry& registry);
void add_preact_rows(Registry& registry);  ///< timm's resnetv2.py, CIFAR with pre-activation

/// Returns the option or its default after checking that it is at least `least`.
/// Throws: Error (usage), which names model, option and value.
int64_t at_least(int64_t least, const std::string& model, const char* option, const std::optional<int64_t>& value,
                 int64_t fallback);

/// Returns the option or its default after checking that it is in [0, 1).
/// Throws: Error (usage), which names model, option and value.
double fraction(const std::string& model, const char* option, const std::optional<double>& value, double fallback);

}  // namespace reszoo
