#include "kernels/conv_weight_gradient.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_weight_gradient.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <algorithm>
#include <vector>

#include "kernels/register_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

using Channels = hn::CappedTag<float, kGradientChannels>;

/// The most floats of a panel: half of the L1 cache, which two threads may share. With many weights it is larger,
/// because each panel is added to all of them.
int64_t PanelSize(const ConvShape& s) { return s.channels * s.outputs <= 128 * 128 ? 3072 : 8192; }

// The outputs, and the taps of a kernel row, whose sums are in registers at once, with 16 channels each. A pixel's
// inputs for neighbouring taps are contiguous in a panel.
constexpr int64_t kOutputs = HWY_MAX_BYTES >= 64 ? 8 : 4;
constexpr int64_t kTaps = HWY_MAX_BYTES >= 64 ? 3 : 1;

/// The output rows that are processed together: whole images, or some rows of one image.
struct Block {
  int64_t images, rows;               ///< images, and output rows of each
  int64_t panel_rows, panel_columns;  ///< size of the inputs that these rows read

  Block(const ConvShape& s, int64_t left) : images(1), rows(s.rows_out) {
    const auto panel = PanelSize(s);
    panel_columns = (s.columns_out - 1) * s.stride_columns + s.kernel_columns;
    const auto height = [&](int64_t of_rows) { return (of_rows - 1) * s.stride_rows + s.kernel_rows; };
    while (rows > 1 && height(rows) * panel_columns * kGradientChannels > panel) --rows;
    if (rows == s.rows_out)
      images = std::clamp<int64_t>(panel / (height(rows) * panel_columns * kGradientChannels), 1, left);
    panel_rows = height(rows);
  }
};

/// Copies 16 channels of the inputs that the output rows from `first` on read, with 0 outside the image.
HWY_ATTR void PackInputs(const float* x, const ConvShape& s, const Block& block, int64_t first, int64_t channel,
                         float* panel) {
  const Channels d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t image = 0; image < block.images; ++image)
    for (int64_t row = 0; row < block.panel_rows; ++row) {
      const auto y = first * s.stride_rows - s.padding_rows + row;
      const auto* from = x + ((image * s.rows + y) * s.columns - s.padding_columns) * s.channels + channel;
      for (int64_t column = 0; column < block.panel_columns; ++column, panel += kGradientChannels) {
        const auto at = column - s.padding_columns;
        const bool inside = y >= 0 && y < s.rows && at >= 0 && at < s.columns;
        for (int64_t i = 0; i < kGradientChannels; i += lanes)
          hn::StoreU(inside ? hn::LoadU(d, from + column * s.channels + i) : hn::Zero(d), d, panel + i);
      }
    }
}

/// Copies the gradients in groups of kOutputs outputs, pixel by pixel within a group, with 0 beyond the last output.
void PackGradients(const float* g, const ConvShape& s, const Block& block, int64_t first, float* panel) {
  for (int64_t output = 0; output < s.outputs; output += kOutputs) {
    const auto count = std::min(kOutputs, s.outputs - output);
    for (int64_t image = 0; image < block.images; ++image) {
      const auto* from = g + ((image * s.rows_out + first) * s.columns_out) * s.outputs + output;
      for (int64_t pixel = 0; pixel < block.rows * s.columns_out; ++pixel, panel += kOutputs) {
        if (count == kOutputs) std::copy_n(from + pixel * s.outputs, kOutputs, panel);
        else
          for (int64_t i = 0; i < kOutputs; ++i) panel[i] = i < count ? from[pixel * s.outputs + i] : 0;
      }
    }
  }
}

/// Adds the products of `Taps` neighbouring taps, kOutputs outputs times 16 channels each, to rows of `sum`.
template <int64_t Taps>
HWY_ATTR void AddProducts(const float* inputs, const float* gradients, const ConvShape& s, const Block& block,
                          float* sum, int64_t sum_stride, int64_t outputs) {
  const Channels d;
  constexpr int64_t kVectors = kGradientChannels / static_cast<int64_t>(hn::MaxLanes(Channels()));
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), step = s.stride_columns * kGradientChannels;
  RegisterTile<Channels, kOutputs, Taps * kVectors> sums;
  ClearTile(d, sums);
  for (int64_t image = 0; image < block.images; ++image)
    for (int64_t row = 0; row < block.rows; ++row) {
      const auto first_row = image * block.panel_rows + row * s.stride_rows;
      const auto* input = inputs + first_row * block.panel_columns * kGradientChannels;
      for (int64_t column = 0; column < s.columns_out; ++column, input += step, gradients += kOutputs)
        AddOuterProduct(
            d, [&](int64_t i) { return gradients[i]; }, input, sums);
    }
  // These loops have constant bounds, so that the sums stay in registers in the loops above.
  for (int64_t i = 0; i < kOutputs; ++i)
    for (int64_t v = 0; v < Taps * kVectors && i < outputs; ++v) {
      auto* to = sum + i * sum_stride + v / kVectors * s.channels + v % kVectors * lanes;
      hn::StoreU(hn::Add(hn::LoadU(d, to), sums[i][v]), d, to);
    }
}

/// Adds all kernel taps and all outputs of one panel.
HWY_ATTR void AddPanel(const float* inputs, const float* gradients, const ConvShape& s, const Block& block,
                       float* sum) {
  const auto taps = s.kernel_rows * s.kernel_columns, pixels = block.images * block.rows * s.columns_out;
  for (int64_t output = 0; output < s.outputs; output += kOutputs) {
    for (int64_t tap = 0; tap < taps;) {
      const auto column = tap % s.kernel_columns, together = column + kTaps <= s.kernel_columns ? kTaps : 1;
      const auto shift = tap / s.kernel_columns * block.panel_columns + column;
      const auto add = together == 1 ? AddProducts<1> : AddProducts<kTaps>;
      add(inputs + shift * kGradientChannels, gradients + output * pixels, s, block,
          sum + (output * taps + tap) * s.channels, taps * s.channels, std::min(kOutputs, s.outputs - output));
      tap += together;
    }
  }
}

HWY_ATTR void AddWeightGradient(const float* x, const float* g, const ConvShape& s, float* sum) {
  std::vector<float> inputs, gradients;
  for (int64_t image = 0; image < s.images;) {
    Block block(s, s.images - image);
    const auto of_image = block;
    const auto* from = x + image * s.rows * s.columns * s.channels;
    const auto* wanted = g + image * s.rows_out * s.columns_out * s.outputs;
    for (int64_t row = 0; row < s.rows_out; row += of_image.rows) {
      block.rows = std::min(of_image.rows, s.rows_out - row);
      block.panel_rows = (block.rows - 1) * s.stride_rows + s.kernel_rows;
      inputs.resize(static_cast<size_t>(block.images * block.panel_rows * block.panel_columns * kGradientChannels));
      const auto outputs = (s.outputs + kOutputs - 1) / kOutputs * kOutputs;
      gradients.resize(static_cast<size_t>(block.images * block.rows * s.columns_out * outputs));
      PackGradients(wanted, s, block, row, gradients.data());
      for (int64_t channel = 0; channel < s.channels; channel += kGradientChannels) {
        PackInputs(from, s, block, row, channel, inputs.data());
        AddPanel(inputs.data(), gradients.data(), s, block, sum + channel);
      }
    }
    image += block.images;
  }
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(AddWeightGradient);

void add_weight_gradient(const float* x, const float* g, const ConvShape& shape, float* sum) {
  HWY_DYNAMIC_DISPATCH(AddWeightGradient)(x, g, shape, sum);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
