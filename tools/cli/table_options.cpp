#include "table_options.h"

#include "list_option.h"

namespace reszoo::cli {
namespace {

/// The single character of the text; `tab` and `\t` mean a tab.
char letter_of(const char* option, const std::string& text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text.size() != 1) throw CLI::ValidationError(option, "must be one character, got \"" + text + "\"");
  return text[0];
}

}  // namespace

void add_table_options(CLI::App& app, TableReadOptions& options, Notes& notes) {
  app.add_option_function<std::string>(
      "--delimiter", [&](const std::string& text) { options.delimiter = letter_of("--delimiter", text); },
      "CSV: field delimiter, or tab (detected in the header)");
  app.add_option_function<std::string>(
      "--decimal", [&](const std::string& text) { options.decimal = letter_of("--decimal", text); },
      "Decimal point, . or , (in CSV .; in text learnt in training)");
  app.add_option_function<std::string>(
      "--thousands", [&](const std::string& text) { options.thousands = letter_of("--thousands", text); },
      "Separator of thousands of numbers in text (learnt in training)");
  app.add_option("--date-format", options.date_format,
                 "Order of dates in text: ymd, dmy, mdy, or like %d.%m.%Y (learnt in training)");
  add_list(app, "--missing", options.missing, "Words and numbers that mean a missing value: n.a.,-999");
  app.add_option_function<std::string>(
      "--quote", [&](const std::string& text) { options.quote = text == "none" ? '\0' : letter_of("--quote", text); },
      "CSV: quote character, or none (\")");
  app.add_option("--encoding", options.encoding,
                 "CSV and JSON: encoding of the text, such as latin1 or windows-1252 (UTF-8; UTF-16 is detected)");
  app.add_option("--skip-rows", options.skip_rows, "CSV: lines to leave out before the header")
      ->check(CLI::NonNegativeNumber);
  options.on_note = [&notes](const std::string& line) { notes.say(line); };
  auto* header = app.add_flag_callback(
      "--header", [&] { options.header = true; },
      "CSV: the first line has the column names, even if all of them are numbers");
  app.add_flag_callback(
         "--no-header", [&] { options.header = false; }, "CSV: there is no header; columns are named f0, f1, ...")
      ->excludes(header);
}

}  // namespace reszoo::cli
