/// Options of a network on the command line: --option width=128.
#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace reszoo::cli {

void add_model_options(CLI::App& app, std::vector<std::string>& settings);

/// Reads `name=value` texts as options_from_json takes them; a value is JSON, or a word.
/// Throws: Error (usage) for a text without `=`.
nlohmann::json parse_settings(const std::vector<std::string>& settings);

}  // namespace reszoo::cli
