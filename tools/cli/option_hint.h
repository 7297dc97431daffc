/// Messages for wrong command lines.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace reszoo::cli {

/// Returns the message for an error of the command line or of the file of --config. For an unknown option it ends with
/// "; did you mean --opt?": the name that the option has had since 0.2.0, or the nearest one.
std::string usage_message(const CLI::App& app, const CLI::Error& error);

}  // namespace reszoo::cli
