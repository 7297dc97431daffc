/// Hints for options that do not exist.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace reszoo::cli {

/// Returns "; did you mean --opt?" for the first unknown option of the command line: the name that it has had since
/// 0.2.0, or the nearest one. Returns "" if there is none.
std::string option_hint(const CLI::App& app);

}  // namespace reszoo::cli
