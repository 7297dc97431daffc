// The tabular MLP (Gorishniy et al. 2021, arXiv:2106.11959, section 3.1), with the keys of the package
// rtdl_revisiting_models. With members it is TabM (Gorishniy et al. 2024, arXiv:2410.24210), whose sizes are then the
// defaults.
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>

#include "table.h"

namespace reszoo {

Network build_tabular_mlp(const std::string& name, const TabularOptions& options) {
  const bool embedded = options.numeric_embedding.value_or(EmbeddingKind::none) != EmbeddingKind::none;
  const auto design =
      table_design(name, options, {.blocks = embedded ? 2 : 3, .width = 512, .dropout = 0.1, .norm = Norm{"none"}});
  std::vector<AnyModule> blocks;
  int64_t in = design.encoded();
  for (const auto width : design.widths) {
    blocks.emplace_back(Chain(Steps{
        {"linear", blocks.empty() ? design.first_linear(width) : design.members.linear(in, width)},
        {"normalization", design.members.norm(design.norm, width)},
        {"activation", design.activation.build()},
        {"dropout", nn::Dropout(design.dropout)},
    }));
    in = width;
  }
  Chain trunk(numbered_steps(std::move(blocks)));
  trunk->set_checkpoint(options.checkpoint.value_or(false));

  auto body = design.input_steps();
  body.emplace_back("blocks", trunk);
  return Network(NetworkParts{
      .name = name,
      .input = {Layout::features, design.columns},
      .body = std::move(body),
      .pool = {},
      .head = {"output",
               design.outputs > 0 ? design.members.last_linear(in, design.outputs) : AnyModule(nn::Identity())},
      .classifier = "output",
  });
}

}  // namespace reszoo
