#include "reszoo/recipes/image_recipe.h"

namespace reszoo {

nlohmann::ordered_json ImageRecipe::to_json() const {
  const ImageRecipe usual;
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (size != usual.size) json["size"] = size;
  if (train_size != usual.train_size) json["train_size"] = train_size;
  if (crop_share != usual.crop_share) json["crop_share"] = crop_share;
  if (interpolation != usual.interpolation) json["interpolation"] = interpolation;
  if (channels != usual.channels) json["channels"] = channels;
  if (!mean.empty()) json["mean"] = nlohmann::json(mean).dump();
  if (!std.empty()) json["std"] = nlohmann::json(std).dump();
  if (crop != usual.crop) json["crop"] = crop.text();
  if (augment != usual.augment) json["augment"] = augment.to_json().dump();
  return json;
}

}  // namespace reszoo
