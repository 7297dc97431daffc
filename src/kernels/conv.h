/// A convolution by one of our algorithms, in threads.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernels/conv_shape.h"
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// How a convolution is computed.
struct ConvAlgorithm {
  enum class Kind { direct, winograd, onednn } kind = Kind::direct;
  /// winograd: tiles that a thread takes through all phases; 0: all threads go through the phases together.
  int64_t tiles = 0;

  /// "direct", "onednn", "winograd" or "winograd:TILES". Throws: Error (usage).
  static ConvAlgorithm parse(std::string_view text);
  std::string text() const;
  bool operator==(const ConvAlgorithm&) const = default;
};

/// The algorithms of this room that a shape allows, the one that is likely the fastest first.
std::vector<ConvAlgorithm> conv_algorithms(const ConvShape& shape, int64_t threads, bool winograd);

/// Elements of the packed weights of an algorithm, and their packing: weights (O, C/groups, kernel rows, kernel
/// columns) to the order that `conv` reads, which depends on the instruction set.
int64_t packed_size(const ConvShape& shape, ConvAlgorithm::Kind kind);
void pack_weights(const float* weight, const ConvShape& shape, ConvAlgorithm::Kind kind, int64_t threads, float* to);

/// Elements of working memory.
int64_t conv_scratch(const ConvShape& shape, const ConvAlgorithm& algorithm, int64_t threads);

/// Buffers of a convolution. `zeros` has C zeros; y may be the epilogue's residual.
struct ConvBuffers {
  const float *x, *packed, *zeros;
  float *y, *scratch;
};

/// y = epilogue(conv(x)), of channels-last maps. The result does not depend on the number of threads.
void conv(const ConvShape& shape, const ConvAlgorithm& algorithm, const ConvBuffers& buffers, const Epilogue& epilogue,
          int64_t threads);

}  // namespace reszoo::kernels
