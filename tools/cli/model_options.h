/// Command-line options of a network: --model-kwargs width=128.
#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace reszoo::cli {

void add_model_options(CLI::App& app, std::vector<std::string>& settings);

/// Parses `name=value` texts into the object that options_from_json reads. A value is JSON or a plain word.
/// Throws: Error (usage) for a text without `=`.
nlohmann::json parse_settings(const std::vector<std::string>& settings);

}  // namespace reszoo::cli
