// The memory of packed weights.
#include "fusion/packed_memory.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

using reszoo::detail::packed_memory;

TEST(PackedMemory, PiecesAreAlignedAndApart) {
  std::vector<at::Tensor> pieces;
  for (const int64_t elements : {1, 15, 16, 17, 1000, 300'000, 20'000'000, 7}) {  // one is larger than a chunk
    pieces.push_back(packed_memory(elements, at::kFloat));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(pieces.back().data_ptr()) % 64, 0);
    EXPECT_EQ(pieces.back().numel(), elements);
    pieces.back().fill_(static_cast<double>(pieces.size()));
  }
  for (size_t i = 0; i < pieces.size(); i += 2) pieces[i] = at::Tensor();  // what is left keeps its values
  for (size_t i = 1; i < pieces.size(); i += 2)
    EXPECT_TRUE((pieces[i] == static_cast<double>(i + 1)).all().item<bool>());
  EXPECT_EQ(packed_memory(0, at::kByte).numel(), 0);
}
