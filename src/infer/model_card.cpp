#include "reszoo/infer/model_card.h"

#include "reszoo/preprocess/describe.h"

namespace reszoo {

nlohmann::ordered_json model_card(const Predictor& predictor) {
  const auto* model = predictor.model();
  if (model == nullptr) return {{"reads", "tensor"}};
  nlohmann::ordered_json card{{"network", model->name},
                              {"networks", model->networks.size()},
                              {"reads", model->table   ? "table"
                                        : model->image ? "images"
                                                       : "tensor"}};
  if (model->target) {
    card["task"] = text_of(model->target->task());
    card["target"] = model->target->name();
    card["classes"] = model->target->classes();
  }
  if (model->table) card["columns"] = describe(*model->table)["columns"];
  if (model->image) card["image"] = model->image->to_json();
  return card;
}

}  // namespace reszoo
