#include "column_names.h"

#include <cctype>

namespace reszoo {
namespace {

std::string letters_of(const std::string& name) {
  std::string letters;
  for (const unsigned char c : name)
    if (c != ' ' && c != '_' && c != '-') letters += static_cast<char>(std::tolower(c));
  return letters;
}

}  // namespace

std::optional<std::string> usual_column(const std::vector<std::string>& columns,
                                        const std::vector<std::string>& usual) {
  for (const auto& name : usual)
    for (const auto& column : columns)
      if (letters_of(column) == letters_of(name)) return column;
  return std::nullopt;
}

}  // namespace reszoo
