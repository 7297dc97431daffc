// Options that take a list of names.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace reszoo::cli {

/// Returns the entries of a list: `a,b`. An entry in double quotes may hold commas, and two quotes for one, as in CSV:
/// `"price, USD",b`. Others are taken as they are, with their spaces.
/// Throws: Error (usage) for a quoted entry without an end, or with text behind it.
std::vector<std::string> list_entries(const std::string& text);

/// Adds an option that takes a list, and may be given several times.
CLI::Option* add_list(CLI::App& app, const std::string& name, std::vector<std::string>& list, const std::string& help);

}  // namespace reszoo::cli
