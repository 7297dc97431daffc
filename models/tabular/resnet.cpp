// The ResNet for tables (Gorishniy et al. 2021, arXiv:2106.11959, section 3.2),
// keys of the package rtdl_revisiting_models.
#include <torch/nn/modules/linear.h>

#include <cmath>

#include "../catalog.h"
#include "reszoo/base/error.h"
#include "reszoo/nn/table_encoder.h"

namespace reszoo {

Network build_tabular_resnet(const std::string& name, const TabularOptions& options) {
  const auto cardinalities = options.cardinalities.value_or(std::vector<int64_t>{});
  const auto categories = static_cast<int64_t>(cardinalities.size());
  const auto numeric = at_least(0, name, "numeric", options.numeric, categories > 0 ? 0 : 1);
  if (numeric + categories == 0) fail(ErrorKind::usage, "{}: needs a column, got numeric=0 and no cardinalities", name);
  const auto outputs = at_least(0, name, "outputs", options.outputs, 1);
  const auto width = at_least(1, name, "width", options.width, 192);
  const auto factor = options.hidden_factor.value_or(2.0);
  const auto hidden = static_cast<int64_t>(std::lround(static_cast<double>(width) * factor));
  if (hidden < 1) fail(ErrorKind::usage, "{}: hidden_factor must give an inner width of 1 or more, got {}", name, factor);
  const auto norm = options.norm.value_or(Norm{});
  const auto activation = options.activation.value_or(Activation{});

  TableEncoder encoder(TableEncoderOptions(numeric).cardinalities(cardinalities).embedding_width(
      at_least(0, name, "embedding_width", options.embedding_width, 0)));
  const auto block = TabularBlockOptions(width, hidden)
                         .dropout(fraction(name, "dropout", options.dropout, 0.15))
                         .residual_dropout(fraction(name, "residual_dropout", options.residual_dropout, 0.0))
                         .norm(norm)
                         .activation(activation);
  std::vector<AnyModule> blocks;
  for (int64_t i = 0; i < at_least(1, name, "blocks", options.blocks, 4); ++i) blocks.emplace_back(tabular_block(block));

  Chain trunk(number(std::move(blocks)));
  trunk->set_checkpoint(options.checkpoint.value_or(false));

  const auto output = [&] {
    return AnyModule(Chain(Steps{{"normalization", norm.build(width, Layout::rows)},
                                 {"activation", activation.build()},
                                 {"linear", nn::Linear(width, outputs)}}));
  };
  return Network(NetworkParts{
      .name = name,
      .input = {Layout::rows, numeric + categories},
      .body = {{"encoder", categories > 0 ? AnyModule(encoder) : AnyModule(nn::Identity())},
               {"input_projection", nn::Linear(encoder->output_width(), width)},
               {"blocks", trunk}},
      .pool = {},
      .head = {"output", outputs > 0 ? output() : AnyModule(nn::Identity())},
      .classifier = "output.linear",
  });
}

}  // namespace reszoo
