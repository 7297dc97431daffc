#include "model_card.h"

#include "infer_request.h"
#include "reszoo/infer/model_card.h"

namespace reszoo::detail {
namespace {

using nlohmann::ordered_json;

ordered_json tensor_json(const std::string& name, const char* datatype, const std::vector<int64_t>& shape) {
  return {{"name", name}, {"datatype", datatype}, {"shape", shape}};
}

ordered_json inputs_json(const Model* model) {
  auto inputs = ordered_json::array();
  if (model != nullptr && model->table)
    for (const auto& column : model->table->summaries())
      inputs.push_back(tensor_json(column.name, column.kind == "number" ? "FP64" : "BYTES", {-1}));
  else if (model != nullptr && model->image) inputs.push_back(tensor_json(kImageInput, "BYTES", {-1}));
  else inputs.push_back(tensor_json(kPreparedInput, "FP32", {-1, -1}));
  return inputs;
}

/// Returns the outputs, as the prediction of some row has them.
ordered_json outputs_json(const Model* model) {
  auto outputs = ordered_json::array();
  if (model == nullptr || !model->target) {
    outputs.push_back(tensor_json("prediction", "BYTES", {-1}));
    outputs.push_back(tensor_json("probabilities", "FP64", {-1, -1}));
    return outputs;
  }
  const auto& target = *model->target;
  const auto some = torch::zeros({1, target.outputs()});
  for (const auto& column : target.table(some, target.classes().empty() && !target.is_number()).columns)
    outputs.push_back(
        tensor_json(column.name, column.kind == Column::Kind::number && !column.date ? "FP64" : "BYTES", {-1}));
  if (!target.classes().empty())
    outputs.push_back(tensor_json("probabilities", "FP64", {-1, std::ssize(target.classes())}));
  return outputs;
}

}  // namespace

ordered_json protocol_metadata(const ServedModel& served) {
  const auto version = served.version();
  const auto* model = version->predictor.model();
  return {{"name", served.name()},
          {"versions", ordered_json::array({std::to_string(version->number)})},
          {"platform", "reszoo"},
          {"inputs", inputs_json(model)},
          {"outputs", outputs_json(model)}};
}

ordered_json served_card(const ServedModel& served) {
  const auto version = served.version();
  ordered_json card{{"name", served.name()}, {"version", version->number}, {"loaded", version->loaded}};
  card.update(model_card(version->predictor));
  return card;
}

}  // namespace reszoo::detail
