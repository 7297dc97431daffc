// The options of a tool as a TOML file.
#pragma once
#include <CLI/CLI.hpp>

namespace reszoo::cli {

/// Reads and writes TOML; what it writes is read back as the same texts, whatever they hold.
class TomlConfig : public CLI::Config {
 public:
  /// Returns a line for each option that was given.
  /// Throws: Error (input) for a text that is not UTF-8, which TOML cannot hold.
  std::string to_config(const CLI::App* app, bool default_also, bool descriptions, std::string prefix) const override;

  /// Throws: CLI::ConfigError that names the line of what is not TOML.
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;
};

}  // namespace reszoo::cli
