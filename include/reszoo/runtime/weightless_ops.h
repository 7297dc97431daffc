/// The primitive operations that have no weights. See graph/primitives.h for the others.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace at {
class Tensor;
}

// The runtime, which has no LibTorch, plans these too: so nothing of LibTorch is included, and each `forward`, which
// computes the operation by LibTorch's operators, is defined in the room `graph`.
namespace reszoo::ops {

/// The network's input.
struct Input {
  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};

/// The sum of two inputs of one shape.
struct Add {
  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};

/// An elementwise activation.
struct Activation {
  enum class Kind { relu, leaky_relu, gelu, gelu_tanh, silu, hard_swish, sigmoid };
  Kind kind = Kind::relu;
  double slope = 0;  ///< negative slope of leaky_relu

  bool operator==(const Activation&) const = default;

  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};

/// Returns the name of the kind: "relu", "hard_swish".
std::string name_of(Activation::Kind kind);

/// Parses the name of a kind. Throws: Error (usage) for any other text.
Activation::Kind parse_activation_kind(const std::string& text);

/// Windows of a pool; all values are (rows, columns) in pixels.
struct Window {
  std::array<int64_t, 2> kernel, stride, padding{0, 0}, dilation{1, 1};
  bool ceil = false;               ///< round output sizes up
  bool count_include_pad = false;  ///< an average divides by the padded pixels too
};
struct MaxPool {
  Window window;
  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};
struct AvgPool {
  Window window;
  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};

/// Averages over a grid of cells that cover the image. 0 keeps the size of that side.
struct AdaptiveAvgPool {
  int64_t rows = 1, columns = 1;

  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};

/// x times a gate for each image and channel, the second input: (N, C), or (N, C, 1, 1).
struct ChannelScale {
  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};

/// Pads the image; the values are pixels.
struct Pad {
  int64_t left = 0, right = 0, top = 0, bottom = 0;
  double value = 0;

  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};

/// Keeps every `stride`-th pixel and adds `before` and `after` zero channels around the channels of the input.
struct PadChannels {
  int64_t before = 0, after = 0, stride = 1;

  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};

/// Reshapes (N, ...) to (N, elements).
struct Flatten {
  int64_t end = -1;  ///< the last dimension that is flattened

  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};

/// Splits one dimension into several.
struct Unflatten {
  int64_t dimension;
  std::vector<int64_t> sizes;

  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};

/// Channels become pixels: (N, C f^2, H, W) to (N, C, f H, f W).
struct PixelShuffle {
  int64_t factor = 1;

  at::Tensor forward(const std::vector<at::Tensor>& inputs) const;
};

}  // namespace reszoo::ops
