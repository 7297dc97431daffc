#include "toml_config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <sstream>

#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "reszoo/base/text.h"

namespace reszoo::cli {
namespace {

/// Returns a value as the text that a command line would have.
std::string text_of(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
  if (const auto whole = node.value_exact<int64_t>()) return fmt::format("{}", *whole);
  if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  std::ostringstream other;  // a date or a time
  node.visit([&](const auto& value) { other << value; });
  return other.str();
}

/// Returns the TOML of a text. Numbers and booleans stay bare if they read back as the same text.
std::string toml_of(const std::string& text) {
  if (text == "true" || text == "false") return text;
  const auto whole = number_in_text<int64_t>(text);
  const auto number = number_in_text<double>(text);
  const bool is_whole = whole && fmt::format("{}", *whole) == text;
  const bool is_float = number && std::isfinite(*number) && text.find_first_of(".e") != std::string::npos;
  if (is_whole || (is_float && fmt::format("{}", *number) == text)) return text;
  if (!is_utf8(text)) fail(ErrorKind::input, "config: \"{}\" is not UTF-8; rename it", escaped(text));
  std::ostringstream quoted;
  quoted << toml::toml_formatter(toml::value<std::string>(text), toml::toml_formatter::default_flags &
                                                                     ~toml::format_flags::allow_literal_strings &
                                                                     ~toml::format_flags::allow_multi_line_strings);
  return quoted.str();
}

CLI::ConfigItem item_of(const toml::key& key, const toml::node& node) {
  CLI::ConfigItem item;
  item.name = key.str();
  if (node.is_table())
    throw CLI::ConfigError(
        fmt::format("config: line {}: sections are not known, got {}", key.source().begin.line, item.name));
  if (const auto* list = node.as_array())
    for (const auto& entry : *list) item.inputs.push_back(text_of(entry));
  else item.inputs.push_back(text_of(node));
  return item;
}

}  // namespace

std::string TomlConfig::to_config(const CLI::App* app, bool, bool, std::string prefix) const {
  std::string lines;
  for (const auto* option : app->get_options({})) {
    const auto given = option->get_configurable() ? option->reduced_results() : std::vector<std::string>();
    if (given.empty()) continue;
    std::vector<std::string> values;
    for (const auto& text : given) values.push_back(toml_of(text));
    const auto all = fmt::format("{}", fmt::join(values, ", "));
    lines += fmt::format("{}{} = {}\n", prefix, option->get_single_name(), values.size() > 1 ? "[" + all + "]" : all);
  }
  return lines;
}

std::vector<CLI::ConfigItem> TomlConfig::from_config(std::istream& input) const {
  std::vector<CLI::ConfigItem> items;
  try {
    for (auto&& [key, node] : toml::parse(input)) items.push_back(item_of(key, node));
  } catch (const toml::parse_error& error) {
    throw CLI::ConfigError(fmt::format("config: line {}: {}", error.source().begin.line, error.description()));
  }
  return items;
}

}  // namespace reszoo::cli
