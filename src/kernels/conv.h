/// Multi-threaded convolution with one of our algorithms.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernels/conv_shape.h"
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// The algorithm of a convolution.
struct ConvAlgorithm {
  enum class Kind { direct, winograd, onednn } kind = Kind::direct;
  /// winograd: the number of tiles that a thread takes through all phases; 0: all threads go through the phases
  /// together.
  int64_t tiles = 0;

  /// Parses "direct", "onednn", "winograd" or "winograd:TILES".
  /// Throws: Error (usage) for any other text.
  static ConvAlgorithm parse(std::string_view text);
  std::string text() const;
  bool operator==(const ConvAlgorithm&) const = default;
};

/// Returns the algorithms of this directory that support the shape, the one that is probably the fastest first.
std::vector<ConvAlgorithm> conv_algorithms(const ConvShape& shape, int64_t threads, bool winograd);

/// `packed_size` returns the number of elements of an algorithm's packed weights. `pack_weights` packs weights
/// in the order that `conv` reads, which depends on the instruction set.
int64_t packed_size(const ConvShape& shape, ConvAlgorithm::Kind kind);
void pack_weights(const WeightView& weights, const ConvShape& shape, ConvAlgorithm::Kind kind, int64_t threads,
                  float* to);

/// Returns the size of the scratch memory in elements.
int64_t conv_scratch(const ConvShape& shape, const ConvAlgorithm& algorithm, int64_t threads);

/// Buffers of a convolution. `zeros` holds C zeros; y may be the epilogue's residual.
struct ConvBuffers {
  const float *x, *packed, *zeros;
  float *y, *scratch;
};

/// y = epilogue(conv(x)) on channels-last images. The result does not depend on the number of threads.
void conv(const ConvShape& shape, const ConvAlgorithm& algorithm, const ConvBuffers& buffers, const Epilogue& epilogue,
          int64_t threads);

}  // namespace reszoo::kernels
