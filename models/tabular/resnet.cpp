// The tabular ResNet (Gorishniy et al. 2021, arXiv:2106.11959, section 3.2), with the keys of the package
// rtdl_revisiting_models.
#include <torch/nn/modules/linear.h>

#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/nn/tabular_block.h"
#include "table.h"

namespace reszoo {
namespace {

int64_t hidden_of(const std::string& name, int64_t width, double factor) {
  const auto hidden = static_cast<int64_t>(std::lround(static_cast<double>(width) * factor));
  if (hidden < 1)
    fail(ErrorKind::usage, "{}: hidden_factor must give an inner width of 1 or more, got {}", name, factor);
  return hidden;
}

AnyModule resnet_output(const TableDesign& design) {
  const auto width = design.widths.back();
  return AnyModule(Chain(Steps{{"normalization", design.members.norm(design.norm, width)},
                               {"activation", design.activation.build()},
                               {"linear", design.members.last_linear(width, design.outputs)}}));
}

}  // namespace

Network build_tabular_resnet(const std::string& name, const TabularOptions& options) {
  const auto design = table_design(name, options, {.blocks = 4, .width = 192, .dropout = 0.15, .norm = {}});
  const auto factor = options.hidden_factor.value_or(2.0);
  const auto residual_dropout = fraction(name, "residual_dropout", options.residual_dropout, 0.0);
  std::vector<AnyModule> blocks;
  int64_t in = design.widths.front();
  for (const auto width : design.widths) {
    blocks.emplace_back(tabular_block({
        .width = width,
        .hidden = hidden_of(name, width, factor),
        .in = in,
        .dropout = design.dropout,
        .residual_dropout = residual_dropout,
        .norm = design.norm,
        .activation = design.activation,
        .members = design.members,
    }));
    in = width;
  }
  Chain trunk(numbered_steps(std::move(blocks)));
  trunk->set_checkpoint(options.checkpoint.value_or(false));

  auto body = design.input_steps();
  body.emplace_back("input_projection", design.first_linear(design.widths.front()));
  body.emplace_back("blocks", trunk);
  return Network(NetworkParts{
      .name = name,
      .input = {Layout::features, design.columns},
      .body = std::move(body),
      .pool = {},
      .head = {"output", design.outputs > 0 ? resnet_output(design) : AnyModule(nn::Identity())},
      .classifier = "output.linear",
  });
}

}  // namespace reszoo
