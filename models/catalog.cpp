// Every network of reszoo, a row each.
#include "catalog.h"

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

const char* text_of(AntiAlias kind) { return kind == AntiAlias::blur ? "blur" : "average"; }

const char* text_of(ResNetDesign::Stem stem) {
  switch (stem) {
    case ResNetDesign::Stem::plain: return "plain";
    case ResNetDesign::Stem::deep: return "deep";
    case ResNetDesign::Stem::tiered: return "tiered";
    case ResNetDesign::Stem::cifar: return "cifar";
  }
  fail(ErrorKind::usage, "ResNetDesign: unknown stem {}", static_cast<int>(stem));
}

/// What all networks for tables take, and some more.
std::vector<std::string> table_options(const std::vector<std::string>& more) {
  std::vector<std::string> names{"outputs", "numeric", "cardinalities", "embedding_width", "embedding_widths",
                                 "numeric_embedding", "numeric_width", "frequencies", "frequency_scale", "bins",
                                 "plain_numeric", "blocks", "width", "widths", "members", "ensemble", "dropout", "norm",
                                 "activation", "checkpoint"};
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

}  // namespace

std::vector<std::string> ResNetDesign::parts() const {
  std::vector<std::string> parts;
  for (const auto block : blocks) {
    const std::string text = block == Block::basic ? "basic" : "bottleneck";
    if (parts.empty() || parts.back() != text) parts.push_back(text);
  }
  parts.push_back(fmt::format("stem {}", text_of(stem)));
  parts.push_back("shortcut " + text_of(shortcut));
  parts.push_back("norm " + norm.text());
  if (order == Order::pre_activation) parts.emplace_back("pre-activation");
  if (groups > 1) parts.emplace_back("groups");
  if (attention.kind == Attention::Kind::squeeze_excite) parts.emplace_back("squeeze-excite");
  if (attention.kind == Attention::Kind::efficient_channel) parts.emplace_back("efficient channel attention");
  if (anti_alias != AntiAlias::none) parts.push_back(fmt::format("anti-alias {}", text_of(anti_alias)));
  if (stem_pool == StemPool::conv) parts.emplace_back("stem pool conv");
  if (stem_pool == StemPool::zero_padded) parts.emplace_back("stem pool zero-padded");
  if (standardize) parts.emplace_back("weight standardisation");
  return parts;
}

void add_resnet(Registry& registry, const ResNetRow& row) {
  auto design = row.design;
  // timm's resnet.py begins every block as the identity; torchvision and resnetv2.py do not.
  design.zero_init_residual = row.reference == "timm" && design.order == Order::post_activation;
  std::vector<std::string> takes{"outputs", "channels", "norm", "activation", "shortcut", "zero_init_residual", "dropout",
                                 "drop_path", "replace_stride_with_dilation", "checkpoint"};
  if (design.order == Order::post_activation) takes.emplace_back("drop_block");
  registry.add({
      .name = row.name,
      .domain = Domain::image,
      .paper = row.paper,
      .reference = row.reference,
      .parts = design.parts(),
      .accepted_options = std::move(takes),
      .input = {3, row.size, row.size},
      .build = [name = row.name, design](const ModelOptions& options) {
        return build_resnet(name, design, std::get<ImageOptions>(options));
      },
  });
}

void add_builtin_models(Registry& registry) {
  add_resnet_rows(registry);
  add_preact_rows(registry);
  registry.add({
      .name = "alexnet",
      .domain = Domain::image,
      .paper = "Krizhevsky 2014, arXiv:1404.5997",
      .reference = "torchvision",
      .parts = {"convolutions without shortcuts"},
      .accepted_options = {"outputs", "channels", "activation", "dropout", "checkpoint"},
      .input = {3, 224, 224},
      .build = [](const ModelOptions& o) { return build_alexnet("alexnet", std::get<ImageOptions>(o)); },
  });
  registry.add({
      .name = "tabular_resnet",
      .domain = Domain::tabular,
      .paper = "Gorishniy et al. 2021, arXiv:2106.11959",
      .reference = "rtdl_revisiting_models",
      .parts = {"tabular", "norm batch"},
      .accepted_options = table_options({"hidden_factor", "residual_dropout"}),
      .input = {1},
      .build = [](const ModelOptions& o) { return build_tabular_resnet("tabular_resnet", std::get<TabularOptions>(o)); },
      .options_of = options_of_tabular_resnet,
  });
  registry.add({
      .name = "tabular_mlp",
      .domain = Domain::tabular,
      .paper = "Gorishniy et al. 2021, arXiv:2106.11959",
      .reference = "rtdl_revisiting_models",
      .parts = {"tabular without shortcuts", "norm none"},
      .accepted_options = table_options({}),
      .input = {1},
      .build = [](const ModelOptions& o) { return build_tabular_mlp("tabular_mlp", std::get<TabularOptions>(o)); },
      .options_of = options_of_tabular_mlp,
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
