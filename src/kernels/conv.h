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
  /// winograd: with squares of 6x6 inputs; winograd4: of 4x4, for few pixels.
  enum class Kind { direct, winograd, winograd4, onednn } kind = Kind::direct;
  /// winograd: the number of tiles that a thread takes through all phases; 0: all threads go through the phases
  /// together.
  int64_t tiles = 0;

  bool is_winograd() const { return kind == Kind::winograd || kind == Kind::winograd4; }

  /// Parses "direct", "onednn", "winograd", "winograd:TILES", "winograd4" or "winograd4:TILES".
  /// Throws: Error (usage) for any other text.
  static ConvAlgorithm parse(std::string_view text);
  std::string text() const;
  bool operator==(const ConvAlgorithm&) const = default;
};

/// Returns the algorithms of this directory that support the shape, the one that is probably the fastest first.
std::vector<ConvAlgorithm> conv_algorithms(const ConvShape& shape, bool winograd);

/// `packed_size` returns the number of elements of an algorithm's packed weights. `pack_weights` packs weights in the
/// order that `conv` reads, which depends on the instruction set.
int64_t packed_size(const ConvShape& shape, const ConvAlgorithm& algorithm);
void pack_weights(const WeightView& weights, const ConvShape& shape, const ConvAlgorithm& algorithm, int64_t threads,
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
