#include "list_option.h"

#include "reszoo/base/error.h"

namespace reszoo::cli {
namespace {

/// Takes an entry in quotes from the front of `rest`.
std::string take_quoted(std::string_view& rest) {
  std::string entry;
  for (size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"' && (i + 1 == rest.size() || rest[i + 1] != '"')) {
      rest.remove_prefix(i + 1);
      if (!rest.empty() && rest[0] != ',') fail(ErrorKind::usage, "after \"{}\" must be a comma, got {}", entry, rest);
      return entry;
    }
    entry += rest[i];
    if (rest[i] == '"') ++i;  // the second of two quotes
  }
  fail(ErrorKind::usage, "the quote before {} has no end", entry);
}

std::string take_plain(std::string_view& rest) {
  const auto end = std::min(rest.find(','), rest.size());
  std::string entry(rest.substr(0, end));
  rest.remove_prefix(end);
  return entry;
}

}  // namespace

std::vector<std::string> list_entries(const std::string& text) {
  std::vector<std::string> entries;
  std::string_view rest = text;
  for (;;) {
    entries.push_back(rest.starts_with('"') ? take_quoted(rest) : take_plain(rest));
    if (rest.empty()) return entries;
    rest.remove_prefix(1);  // the comma
  }
}

CLI::Option* add_list(CLI::App& app, const std::string& name, std::vector<std::string>& list, const std::string& help) {
  const auto take = [&list, name](const std::vector<std::string>& given) {
    list.clear();
    try {
      for (const auto& text : given)
        for (auto& entry : list_entries(text)) list.push_back(std::move(entry));
    } catch (const Error& error) {
      throw CLI::ValidationError(name, error.what());
    }
  };
  return app.add_option_function<std::vector<std::string>>(name, take, help + "; an entry with commas in \"quotes\"");
}

}  // namespace reszoo::cli
