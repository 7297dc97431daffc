// Finds the words of a column.
#include <torch/types.h>

#include "reszoo/base/blocks.h"
#include "reszoo/preprocess/frame.h"
#include "reszoo/preprocess/word_lookup.h"

namespace reszoo {

Tensor WordLookup::find(const Column& column) const {
  std::vector<int64_t> places;
  for (const auto& word : column.words) places.push_back(find(word));
  places.push_back(find(""));  // which the code -1 indexes
  return looked_up(torch::tensor(places, torch::kInt64), column.codes);
}

}  // namespace reszoo
