// Every network of reszoo, a row each.
#include "catalog.h"

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using Block = ResNetDesign::Block;

const char* const kHe2015 = "He et al. 2015, arXiv:1512.03385";

void add_resnet(Registry& registry, const std::string& name, const ResNetDesign& design, std::vector<int64_t> input) {
  registry.add({
      .name = name,
      .domain = Domain::image,
      .paper = kHe2015,
      .takes = {"outputs", "channels", "norm", "activation", "shortcut", "zero_init_residual"},
      .input = std::move(input),
      .build = [=](const ModelOptions& options) { return build_resnet(name, design, std::get<ImageOptions>(options)); },
  });
}

/// A CIFAR ResNet of 6n + 2 layers: three stages of n basic blocks.
ResNetDesign cifar_design(int64_t n) {
  return {.depths = {n, n, n},
          .widths = {16, 32, 64},
          .stem = ResNetDesign::Stem::cifar,
          .shortcut = ShortcutKind::zero_pad,
          .outputs = 10};
}

}  // namespace

void add_catalog(Registry& registry) {
  const std::vector<int64_t> imagenet{3, 224, 224}, cifar{3, 32, 32};
  add_resnet(registry, "resnet18", {.block = Block::basic, .depths = {2, 2, 2, 2}}, imagenet);
  add_resnet(registry, "resnet34", {.block = Block::basic, .depths = {3, 4, 6, 3}}, imagenet);
  add_resnet(registry, "resnet50", {.block = Block::bottleneck, .depths = {3, 4, 6, 3}}, imagenet);
  add_resnet(registry, "resnet101", {.block = Block::bottleneck, .depths = {3, 4, 23, 3}}, imagenet);
  add_resnet(registry, "resnet152", {.block = Block::bottleneck, .depths = {3, 8, 36, 3}}, imagenet);
  for (const int64_t n : {3, 5, 7, 9, 18})
    add_resnet(registry, "cifar_resnet" + std::to_string(6 * n + 2), cifar_design(n), cifar);

  registry.add({
      .name = "alexnet",
      .domain = Domain::image,
      .paper = "Krizhevsky 2014, arXiv:1404.5997",
      .takes = {"outputs", "channels", "activation", "dropout"},
      .input = imagenet,
      .build = [](const ModelOptions& o) { return build_alexnet("alexnet", std::get<ImageOptions>(o)); },
  });
  registry.add({
      .name = "tabular_resnet",
      .domain = Domain::tabular,
      .paper = "Gorishniy et al. 2021, arXiv:2106.11959",
      .takes = {"outputs", "numeric", "cardinalities", "embedding_width", "blocks", "width", "hidden_factor", "dropout",
                "residual_dropout", "norm", "activation"},
      .input = {1},
      .build = [](const ModelOptions& o) { return build_tabular_resnet("tabular_resnet", std::get<TabularOptions>(o)); },
  });
}

int64_t at_least(int64_t least, const std::string& model, const char* option, const std::optional<int64_t>& value,
                 int64_t fallback) {
  const int64_t chosen = value.value_or(fallback);
  if (chosen < least) fail(ErrorKind::usage, "{}: {} must be {} or more, got {}", model, option, least, chosen);
  return chosen;
}

double fraction(const std::string& model, const char* option, const std::optional<double>& value, double fallback) {
  const double chosen = value.value_or(fallback);
  if (!(chosen >= 0 && chosen < 1)) fail(ErrorKind::usage, "{}: {} must be in [0, 1), got {}", model, option, chosen);
  return chosen;
}

}  // namespace reszoo
