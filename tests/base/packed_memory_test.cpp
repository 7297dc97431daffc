// The memory of packed weights.
#include "base/packed_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

using reszoo::packed_memory;

TEST(PackedMemory, PiecesAreAlignedAndApart) {
  struct Piece {
    std::shared_ptr<void> memory;
    int64_t size;
    char* begin() const { return static_cast<char*>(memory.get()); }
  };
  std::vector<Piece> pieces;
  for (const int64_t size : {4, 60, 64, 68, 4'000, 1'200'000, 80'000'000, 28}) {  // one is larger than a chunk
    pieces.push_back({packed_memory(static_cast<size_t>(size)), size});
    EXPECT_EQ(reinterpret_cast<uintptr_t>(pieces.back().begin()) % 64, 0u);
    std::fill_n(pieces.back().begin(), size, static_cast<char>(pieces.size()));
  }
  for (size_t i = 0; i < pieces.size(); i += 2) pieces[i].memory = nullptr;  // what is left keeps its values
  for (size_t i = 1; i < pieces.size(); i += 2)
    EXPECT_EQ(std::count(pieces[i].begin(), pieces[i].begin() + pieces[i].size, static_cast<char>(i + 1)),
              pieces[i].size);
  EXPECT_TRUE(packed_memory(0));
}
