/// Joins the words of the parts of a column.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Returns the codes of a part of text in the words of the column that it joins, to which it adds its new words.
/// `code_of` has the code of each of them. Missing values stay -1.
Tensor joined_codes(const Column& part, Column& column, std::unordered_map<std::string, int64_t>& code_of);

}  // namespace reszoo
