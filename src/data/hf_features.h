/// What Hugging Face's `datasets` writes into a Parquet file about its columns. Private.
#pragma once
#include <arrow/type.h>

#include <map>
#include <string>
#include <vector>

namespace reszoo {

/// Returns the names of classes by column: of numbers, or of lists of numbers.
std::map<std::string, std::vector<std::string>> class_names_in(const arrow::Schema& schema);

}  // namespace reszoo
