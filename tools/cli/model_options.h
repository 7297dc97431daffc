/// Options of a network on the command line: --option width=128.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "reszoo/zoo/registry.h"

namespace reszoo::cli {

void add_model_options(CLI::App& app, std::vector<std::string>& settings);

/// Reads `name=value` texts; a value is JSON, or a word.
/// Throws: Error (usage) for an option that the row does not take.
ModelOptions parse_model_options(const ModelInfo& info, const std::vector<std::string>& settings);

}  // namespace reszoo::cli
