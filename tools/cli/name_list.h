/// Options that list names of columns, classes or words.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace reszoo::cli {

/// Splits a list at its commas. A name with a comma is quoted as in CSV: `"price, USD",id`. A quote within a name
/// stays.
std::vector<std::string> names_in(const std::string& text);

/// Adds an option that takes such a list, once or several times.
CLI::Option* add_names(CLI::App& app, const std::string& option, std::vector<std::string>& names,
                       const std::string& help);

}  // namespace reszoo::cli
