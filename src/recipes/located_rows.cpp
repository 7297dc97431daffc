#include "located_rows.h"

#include "reszoo/base/number.h"

namespace reszoo::detail {

std::string located_rows(const std::string& message, const std::vector<RowSource>& sources) {
  constexpr std::string_view word = "row ";
  std::string located;
  for (size_t place = 0; place < message.size();) {
    const auto found = std::min(message.find(word, place), message.size());
    const auto begin = std::min(found + word.size(), message.size());
    const auto end = std::min(message.find_first_not_of("0123456789", begin), message.size());
    located.append(message, place, begin - place);
    place = begin;
    auto row = number_in_text<int64_t>(std::string_view(message).substr(begin, end - begin));
    for (const auto& [name, rows] : sources) {
      if (!row || *row <= 0) break;
      if (*row <= rows) {
        located += fmt::format("{} of {}", *row, name);
        place = end;
      }
      *row -= rows;
    }
  }
  return located;
}

}  // namespace reszoo::detail
