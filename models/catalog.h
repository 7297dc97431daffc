/// The builders, and the one table that names what they build.
#pragma once
#include "reszoo/zoo/registry.h"

namespace reszoo {

/// Adds every row of the catalogue.
void add_catalog(Registry& registry);

/// An image ResNet as data. Stage i has depths[i] blocks of widths[i] channels
/// (times 4 behind bottlenecks); each stage but the first halves height and width.
struct ResNetDesign {
  enum class Block { basic, bottleneck };
  enum class Stem { imagenet, cifar };  // 7x7 stride 2 and max-pool; 3x3

  Block block = Block::basic;
  std::vector<int64_t> depths;
  std::vector<int64_t> widths = {64, 128, 256, 512};
  Stem stem = Stem::imagenet;
  ShortcutKind shortcut = ShortcutKind::projection;
  int64_t outputs = 1000;
};

Network build_resnet(const std::string& name, const ResNetDesign& design, const ImageOptions& options);
Network build_alexnet(const std::string& name, const ImageOptions& options);
Network build_tabular_resnet(const std::string& name, const TabularOptions& options);

/// Returns the option or its default, checked to be at least `least`.
/// Throws: Error (usage) naming model, option and value.
int64_t at_least(int64_t least, const std::string& model, const char* option, const std::optional<int64_t>& value,
                 int64_t fallback);

/// Returns the option or its default, checked to lie in [0, 1).
double fraction(const std::string& model, const char* option, const std::optional<double>& value, double fallback);

}  // namespace reszoo
