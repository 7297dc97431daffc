/// Tables of a few lines, and their values.
#pragma once
#include <sstream>
#include <string>
#include <vector>

#include "reszoo/data/table.h"

namespace reszoo::test {

/// Reads a table from a text.
inline Frame read_text(const std::string& text, const TableReadOptions& options = {}) {
  std::istringstream stream(text);
  return read_table(stream, "stdin", options);
}

/// Returns the numbers of a column.
inline std::vector<double> numbers_of(const Column& column) {
  const auto& values = column.numbers;
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

/// Returns the words of a column; "-" for a missing value.
inline std::vector<std::string> texts(const Column& column) {
  std::vector<std::string> words;
  for (int64_t i = 0; i < column.size(); ++i) {
    const auto code = column.codes[i].item<int64_t>();
    words.push_back(code < 0 ? "-" : column.words.at(static_cast<size_t>(code)));
  }
  return words;
}

}  // namespace reszoo::test
