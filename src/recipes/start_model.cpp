#include "reszoo/recipes/start_model.h"

#include "reszoo/preprocess/json_field.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/read.h"

namespace reszoo {

std::optional<StartModel> read_start_model(const std::filesystem::path& path) {
  if (detect_weights(path) != WeightsKind::model_file) return std::nullopt;
  const auto card = read_model_file(path, {.verify = false}).card;  // verified when the weights are loaded
  if (card.value("kind", "") != "model") return std::nullopt;
  StartModel start{.network = json_field<std::string>(card, "model", path.string()),
                   .options = json_field<nlohmann::json>(card, "options", path.string())};
  for (const auto* of_data : {"outputs", "channels", "numeric", "cardinalities"}) start.options.erase(of_data);
  if (card.contains("image")) start.image = ImagePreprocess::from(card["image"]);
  return start;
}

}  // namespace reszoo
