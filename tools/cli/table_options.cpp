#include "table_options.h"

namespace reszoo::cli {
namespace {

/// The one letter that the text is; `tab` and `\t` are a tab.
char letter_of(const char* option, const std::string& text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text.size() != 1) throw CLI::ValidationError(option, "must be one character, got \"" + text + "\"");
  return text[0];
}

}  // namespace

void add_table_options(CLI::App& app, TableReadOptions& options) {
  app.add_option_function<std::string>(
      "--delimiter", [&](const std::string& text) { options.delimiter = letter_of("--delimiter", text); },
      "Of CSV: what parts values, or tab (found in the header)");
  app.add_option_function<std::string>(
      "--decimal", [&](const std::string& text) { options.decimal = letter_of("--decimal", text); },
      "Of CSV: the decimal point, . or , (.)");
  app.add_option_function<std::string>(
      "--quote", [&](const std::string& text) { options.quote = text == "none" ? '\0' : letter_of("--quote", text); },
      "Of CSV: what quotes text, or none (\")");
  auto* header = app.add_flag_callback(
      "--header", [&] { options.header = true; },
      "Of CSV: the first line names the columns, even if all its names are numbers");
  app.add_flag_callback(
         "--no-header", [&] { options.header = false; }, "Of CSV: no line names the columns; they are f0, f1, ...")
      ->excludes(header);
}

}  // namespace reszoo::cli
