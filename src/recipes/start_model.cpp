#include "reszoo/recipes/start_model.h"

#include "reszoo/base/error.h"
#include "reszoo/preprocess/json_field.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/read.h"
#include "reszoo/zoo/identify.h"

namespace reszoo {
namespace {

/// Removes the options that follow from the data.
nlohmann::json without_data(nlohmann::json options) {
  for (const auto* of_data : {"outputs", "channels", "numeric", "cardinalities"}) options.erase(of_data);
  return options;
}

}  // namespace

std::optional<StartModel> read_start_model(const std::filesystem::path& path) {
  if (detect_weights(path) != WeightsKind::model_file) return std::nullopt;
  const auto card = read_model_file(path, {.verify = false}).card;  // verified when the weights are loaded
  if (card.value("kind", "") != "model") return std::nullopt;
  if (card.contains("members"))
    fail(ErrorKind::usage, "{}: holds an ensemble of different networks; training starts from one", path.string());
  StartModel start{.network = json_field<std::string>(card, "model", path.string()),
                   .options = without_data(json_field<nlohmann::json>(card, "options", path.string()))};
  if (card.contains("image")) start.image = ImagePreprocess::from(card["image"]);
  return start;
}

std::optional<StartModel> identify_start_model(const std::filesystem::path& path, const ReadOptions& options) {
  auto how = options;
  how.all_states = true;
  const auto state = read_weights(path, how);
  try {
    const auto match = identify_model(state, path.string());
    return StartModel{.network = match.name, .options = without_data(to_json(match.options))};
  } catch (const Error&) {
    return std::nullopt;  // the recipe's network then says what does not fit
  }
}

}  // namespace reszoo
