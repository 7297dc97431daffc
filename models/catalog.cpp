// The table of all networks of reszoo.
#include "catalog.h"

#include <set>

#include "reszoo/base/names.h"

namespace reszoo {
namespace {

constexpr Named<ResNetDesign::Stem> kStems[] = {
    {"plain", ResNetDesign::Stem::plain},
    {"deep", ResNetDesign::Stem::deep},
    {"tiered", ResNetDesign::Stem::tiered},
    {"cifar", ResNetDesign::Stem::cifar},
};
constexpr Named<ResNetDesign::Block> kBlocks[] = {{"basic", ResNetDesign::Block::basic},
                                                  {"bottleneck", ResNetDesign::Block::bottleneck}};

/// Returns the names of all options of the domain except those in `left_out`.
std::vector<std::string> all_options_but(Domain domain, const std::set<std::string>& left_out) {
  auto names = option_names(domain);
  for (const auto& name : left_out)
    if (std::erase(names, name) == 0)
      fail(ErrorKind::usage, "catalog: {} networks have no option \"{}\"", text_of(domain), name);
  return names;
}

}  // namespace

std::vector<std::string> ResNetDesign::parts() const {
  std::vector<std::string> parts;
  for (const auto block : blocks) {
    const auto text = name_of(kBlocks, block);
    if (parts.empty() || parts.back() != text) parts.push_back(text);
  }
  parts.push_back("stem " + name_of(kStems, stem));
  parts.push_back("shortcut " + text_of(shortcut));
  parts.push_back("norm " + norm.text());
  if (order == Order::pre_activation) parts.emplace_back("pre-activation");
  if (groups > 1) parts.emplace_back("groups");
  if (attention.kind == Attention::Kind::squeeze_excite) parts.emplace_back("squeeze-excite");
  if (attention.kind == Attention::Kind::efficient_channel) parts.emplace_back("efficient channel attention");
  if (anti_alias != AntiAlias::none) parts.push_back("anti-alias " + text_of(anti_alias));
  if (stem_pool == StemPool::conv) parts.emplace_back("stem pool conv");
  if (stem_pool == StemPool::zero_padded) parts.emplace_back("stem pool zero-padded");
  if (weight_standardization) parts.emplace_back("weight standardisation");
  return parts;
}

void add_resnet(Registry& registry, const ResNetRow& row) {
  const bool post = row.design.order == Order::post_activation;
  registry.add({
      .name = row.name,
      .domain = Domain::image,
      .paper = row.paper,
      .reference = row.reference,
      .parts = row.design.parts(),
      .accepted_options =
          all_options_but(Domain::image, post ? std::set<std::string>{} : std::set<std::string>{"drop_block"}),
      .input = {3, row.size, row.size},
      .build = [name = row.name, design = row.design](
                   const ModelOptions& options) { return build_resnet(name, design, std::get<ImageOptions>(options)); },
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
      .accepted_options = all_options_but(Domain::image, {"norm", "shortcut", "drop_path", "drop_block",
                                                          "zero_init_residual", "replace_stride_with_dilation"}),
      .input = {3, 224, 224},
      .build = [](const ModelOptions& o) { return build_alexnet("alexnet", std::get<ImageOptions>(o)); },
  });
  registry.add({
      .name = "tabular_resnet",
      .domain = Domain::tabular,
      .paper = "Gorishniy et al. 2021, arXiv:2106.11959",
      .reference = "rtdl_revisiting_models",
      .parts = {"tabular", "norm batch"},
      .accepted_options = option_names(Domain::tabular),
      .input = {1},
      .build =
          [](const ModelOptions& o) { return build_tabular_resnet("tabular_resnet", std::get<TabularOptions>(o)); },
      .options_of = options_of_tabular_resnet,
  });
  registry.add({
      .name = "tabular_mlp",
      .domain = Domain::tabular,
      .paper = "Gorishniy et al. 2021, arXiv:2106.11959",
      .reference = "rtdl_revisiting_models",
      .parts = {"tabular without shortcuts", "norm none"},
      .accepted_options = all_options_but(Domain::tabular, {"hidden_factor", "residual_dropout"}),
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
