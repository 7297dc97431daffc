#include "train/conv_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/conv_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <vector>

// Everything between these two is compiled once for each instruction set.
HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kConvTile>;
/// Floats of a panel at most. Half of the nearest cache, which two threads may share; of many weights more,
/// since each panel adds to all of them.
int64_t PanelSize(const ConvShape& s) { return s.channels * s.outputs <= 128 * 128 ? 3072 : 8192; }

// Outputs whose sums are in registers together, with 16 channels each.
constexpr int64_t kOutputs = HWY_MAX_BYTES >= 64 ? 8 : 4;

/// The output rows that are worked on together: whole images, or some rows of one.
struct Block {
  int64_t images, rows;              ///< rows of each
  int64_t panel_rows, panel_columns;  ///< inputs that an image's rows see

  Block(const ConvShape& s, int64_t left) : images(1), rows(s.rows_out) {
    const auto panel = PanelSize(s);
    panel_columns = (s.columns_out - 1) * s.stride + s.kernel_columns;
    const auto height = [&](int64_t of_rows) { return (of_rows - 1) * s.stride + s.kernel_rows; };
    while (rows > 1 && height(rows) * panel_columns * kConvTile > panel) --rows;
    if (rows == s.rows_out) images = std::clamp<int64_t>(panel / (height(rows) * panel_columns * kConvTile), 1, left);
    panel_rows = height(rows);
  }
};

/// Copies 16 channels of the inputs that the output rows from `first` see; 0 beyond the border.
HWY_ATTR void PackInputs(const float* x, const ConvShape& s, const Block& block, int64_t first, int64_t channel,
                         float* panel) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t image = 0; image < block.images; ++image)
    for (int64_t row = 0; row < block.panel_rows; ++row) {
      const auto y = first * s.stride - s.padding + row;
      const auto* from = x + ((image * s.rows + y) * s.columns - s.padding) * s.channels + channel;
      for (int64_t column = 0; column < block.panel_columns; ++column, panel += kConvTile) {
        const auto at = column - s.padding;
        const bool inside = y >= 0 && y < s.rows && at >= 0 && at < s.columns;
        for (int64_t i = 0; i < kConvTile; i += lanes)
          hn::StoreU(inside ? hn::LoadU(d, from + column * s.channels + i) : hn::Zero(d), d, panel + i);
      }
    }
}

/// Gradients of kOutputs outputs side by side, pixel by pixel, for all outputs; 0 beyond the last.
void PackGradients(const float* g, const ConvShape& s, const Block& block, int64_t first, float* panel) {
  for (int64_t output = 0; output < s.outputs; output += kOutputs) {
    const auto count = std::min(kOutputs, s.outputs - output);
    for (int64_t image = 0; image < block.images; ++image) {
      const auto* from = g + ((image * s.rows_out + first) * s.columns_out) * s.outputs + output;
      for (int64_t pixel = 0; pixel < block.rows * s.columns_out; ++pixel, panel += kOutputs)
        for (int64_t i = 0; i < kOutputs; ++i) panel[i] = i < count ? from[pixel * s.outputs + i] : 0;
    }
  }
}

/// Adds the products of one place of the kernel: kOutputs outputs times 16 channels, to rows of `sum`.
HWY_ATTR void AddProducts(const float* inputs, const float* gradients, const ConvShape& s, const Block& block,
                          float* sum, int64_t sum_stride, int64_t outputs) {
  const D d;
  constexpr int64_t kVectors = kConvTile / static_cast<int64_t>(hn::MaxLanes(D()));
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  hn::Vec<D> sums[kOutputs][kVectors];
  for (auto& of_output : sums)
    for (auto& of_vector : of_output) of_vector = hn::Zero(d);
  const auto step = s.stride * kConvTile;
  for (int64_t image = 0; image < block.images; ++image)
    for (int64_t row = 0; row < block.rows; ++row) {
      const auto* input = inputs + (image * block.panel_rows + row * s.stride) * block.panel_columns * kConvTile;
      for (int64_t column = 0; column < s.columns_out; ++column, input += step, gradients += kOutputs) {
        hn::Vec<D> pixel[kVectors];
        for (int64_t v = 0; v < kVectors; ++v) pixel[v] = hn::LoadU(d, input + v * lanes);
        for (int64_t i = 0; i < kOutputs; ++i) {
          const auto gradient = hn::Set(d, gradients[i]);
          for (int64_t v = 0; v < kVectors; ++v) sums[i][v] = hn::MulAdd(gradient, pixel[v], sums[i][v]);
        }
      }
    }
  // Counts that are constants keep the sums in registers above.
  for (int64_t i = 0; i < kOutputs; ++i)
    for (int64_t v = 0; v < kVectors && i < outputs; ++v) {
      auto* to = sum + i * sum_stride + v * lanes;
      hn::StoreU(hn::Add(hn::LoadU(d, to), sums[i][v]), d, to);
    }
}

/// All places of the kernel and all outputs for one panel.
HWY_ATTR void AddPanel(const float* inputs, const float* gradients, const ConvShape& s, const Block& block,
                       float* sum) {
  const auto places = s.kernel_rows * s.kernel_columns, pixels = block.images * block.rows * s.columns_out;
  for (int64_t output = 0; output < s.outputs; output += kOutputs) {
    for (int64_t place = 0; place < places; ++place) {
      const auto shift = place / s.kernel_columns * block.panel_columns + place % s.kernel_columns;
      AddProducts(inputs + shift * kConvTile, gradients + output * pixels, s, block,
                  sum + (output * places + place) * s.channels, places * s.channels,
                  std::min(kOutputs, s.outputs - output));
    }
  }
}

HWY_ATTR void AddWeightGradient(const float* x, const float* g, const ConvShape& s, int64_t images, float* sum) {
  std::vector<float> inputs, gradients;
  for (int64_t image = 0; image < images;) {
    Block block(s, images - image);
    const auto of_image = block;
    const auto* from = x + image * s.rows * s.columns * s.channels;
    const auto* wanted = g + image * s.rows_out * s.columns_out * s.outputs;
    for (int64_t row = 0; row < s.rows_out; row += of_image.rows) {
      block.rows = std::min(of_image.rows, s.rows_out - row);
      block.panel_rows = (block.rows - 1) * s.stride + s.kernel_rows;
      inputs.resize(static_cast<size_t>(block.images * block.panel_rows * block.panel_columns * kConvTile));
      const auto outputs = (s.outputs + kOutputs - 1) / kOutputs * kOutputs;
      gradients.resize(static_cast<size_t>(block.images * block.rows * s.columns_out * outputs));
      PackGradients(wanted, s, block, row, gradients.data());
      for (int64_t channel = 0; channel < s.channels; channel += kConvTile) {
        PackInputs(from, s, block, row, channel, inputs.data());
        AddPanel(inputs.data(), gradients.data(), s, block, sum + channel);
      }
    }
    image += block.images;
  }
}

}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(AddWeightGradient);

void add_weight_gradient(const float* x, const float* g, const ConvShape& shape, int64_t images, float* sum) {
  HWY_DYNAMIC_DISPATCH(AddWeightGradient)(x, g, shape, images, sum);
}

}  // namespace reszoo::detail
#endif  // HWY_ONCE
