#include "model_options.h"

#include "reszoo/base/error.h"

namespace reszoo::cli {

void add_model_options(CLI::App& app, std::vector<std::string>& settings) {
  app.add_option("--model-kwargs", settings, "An option of the network: width=128, norm=group:32; repeatable")
      ->allow_extra_args(false);
}

nlohmann::json parse_settings(const std::vector<std::string>& settings) {
  auto json = nlohmann::json::object();
  for (const auto& setting : settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos) fail(ErrorKind::usage, "--model-kwargs: must be name=value, got \"{}\"", setting);
    const auto text = setting.substr(equals + 1);
    auto value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    json[setting.substr(0, equals)] = value.is_discarded() ? nlohmann::json(text) : value;
  }
  return json;
}

}  // namespace reszoo::cli
