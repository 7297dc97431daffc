/// Runs the phases of Winograd's algorithm on several threads.
#pragma once
#include "kernels/conv.h"
#include "kernels/conv_winograd.h"

namespace reszoo::kernels {

/// The most tiles that all threads process together, so that memory does not grow with the batch.
constexpr int64_t kMostWinogradTiles = 1024;

/// Returns the elements between the phases per tile.
int64_t winograd_tile_size(const WinogradShape& shape);

/// Returns the size of the scratch memory in elements. `tiles_of_block` is `ConvAlgorithm::tiles`.
int64_t winograd_scratch(const WinogradShape& shape, int64_t tiles_of_block, int64_t threads);

void run_winograd(const WinogradShape& shape, int64_t tiles_of_block, const ConvBuffers& buffers,
                  const Epilogue& epilogue, int64_t threads);

}  // namespace reszoo::kernels
