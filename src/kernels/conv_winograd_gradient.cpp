#include "kernels/conv_winograd_gradient.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_winograd_gradient.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <algorithm>

#include "kernels/conv_winograd.h"
#include "kernels/gemm.h"
#include "kernels/lanes-inl.h"
#include "kernels/parallel_ranges.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

using Floats = hn::CappedTag<float, 16>;  // the numbers of channels are multiples of 16
using Vector = hn::Vec<Floats>;

constexpr int64_t kTile = 4, kKernel = 3;

/// The values of the polynomial with four coefficients at the points 0, 1, -1, 2, -2 and infinity.
HWY_INLINE void Evaluate(const Vector* in, int64_t stride, Vector* out) {
  const Floats d;
  const auto two = hn::Set(d, 2.0f), four = hn::Set(d, 4.0f);
  const auto g0 = in[0], g1 = in[stride], g2 = in[2 * stride], g3 = in[3 * stride];
  const auto even = hn::Add(g0, g2), odd = hn::Add(g1, g3);
  const auto even2 = hn::MulAdd(four, g2, g0), odd2 = hn::Mul(two, hn::MulAdd(four, g3, g1));
  out[0] = g0;
  out[1] = hn::Add(even, odd);
  out[2] = hn::Sub(even, odd);
  out[3] = hn::Add(even2, odd2);
  out[4] = hn::Sub(even2, odd2);
  out[5] = g3;
}

/// The three weights of a column of products, with the factors that `Evaluate` leaves out.
HWY_INLINE void Interpolate(const Vector* in, int64_t stride, Vector* out) {
  const Floats d;
  const auto quarter = hn::Set(d, 1.0f / 4), sixth = hn::Set(d, -1.0f / 6), small = hn::Set(d, 1.0f / 24);
  const auto m1 = in[stride], m2 = in[2 * stride], m3 = in[3 * stride], m4 = in[4 * stride];
  const auto sum1 = hn::Mul(sixth, hn::Add(m1, m2)), difference1 = hn::Mul(sixth, hn::Sub(m1, m2));
  const auto sum2 = hn::Mul(small, hn::Add(m3, m4)), difference2 = hn::Mul(small, hn::Sub(m3, m4));
  out[0] = hn::Add(hn::MulAdd(quarter, in[0], sum1), sum2);
  out[1] = hn::MulAdd(hn::Set(d, 2.0f), difference2, difference1);
  out[2] = hn::Add(hn::MulAdd(hn::Set(d, 4.0f), sum2, sum1), in[5 * stride]);
}

/// Transforms the gradients of tiles [first, first + tiles) to (36, tiles, O); outputs outside of the image are 0.
void Gradients(const float* g, const ConvShape& s, int64_t first, int64_t tiles, int64_t from, int64_t to,
               float* transformed) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), between = tiles * s.outputs;
  const auto across = (s.columns_out + kTile - 1) / kTile, down = (s.rows_out + kTile - 1) / kTile;
  for (int64_t tile = from; tile < to; ++tile) {
    const auto place = first + tile;
    const auto row = place / across % down * kTile, column = place % across * kTile;
    const auto rows = std::min(kTile, s.rows_out - row), columns = std::min(kTile, s.columns_out - column);
    const auto* corner = g + ((place / (across * down) * s.rows_out + row) * s.columns_out + column) * s.outputs;
    auto* out = transformed + tile * s.outputs;
    for (int64_t o = 0; o < s.outputs; o += lanes) {
      Vector half[kTile * 6], result[6];
      for (int64_t i = 0; i < kTile; ++i) {
        for (int64_t j = 0; j < kTile; ++j)
          result[j] =
              i < rows && j < columns ? hn::LoadU(d, corner + (i * s.columns_out + j) * s.outputs + o) : hn::Zero(d);
        Evaluate(result, 1, half + i * 6);
      }
      for (int64_t j = 0; j < 6; ++j) {
        Evaluate(half + j, 6, result);
        for (int64_t i = 0; i < 6; ++i) hn::StoreU(result[i], d, out + (i * 6 + j) * between + o);
      }
    }
  }
}

/// Transforms the sums of products, the sum of `parts` arrays of (36, O, C), to weights of outputs [from, to).
void Weights(const float* sums, int64_t parts, const ConvShape& s, int64_t from, int64_t to, float* gradient) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), between = s.outputs * s.channels;
  for (int64_t o = from; o < to; ++o)
    for (int64_t c = 0; c < s.channels; c += lanes) {
      Vector half[kKernel * 6], column[6], result[kKernel];
      for (int64_t j = 0; j < 6; ++j) {
        for (int64_t i = 0; i < 6; ++i) {
          const auto* in = sums + (i * 6 + j) * between + o * s.channels + c;
          column[i] = hn::LoadU(d, in);
          for (int64_t part = 1; part < parts; ++part)
            column[i] = hn::Add(column[i], hn::LoadU(d, in + part * kGradientPlaces * between));
        }
        Interpolate(column, 1, result);
        for (int64_t i = 0; i < kKernel; ++i) half[i * 6 + j] = result[i];
      }
      for (int64_t i = 0; i < kKernel; ++i) {
        Interpolate(half + i * 6, 1, result);
        for (int64_t j = 0; j < kKernel; ++j)
          hn::StoreU(result[j], d, gradient + ((o * kKernel + i) * kKernel + j) * s.channels + c);
      }
    }
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(Gradients);
HWY_EXPORT(Weights);

namespace {

/// The squares of inputs that the forward pass has too.
WinogradShape squares_of(const ConvShape& s) { return {s, 6}; }
int64_t tiles_of(const ConvShape& s) { return squares_of(s).tiles(); }

/// The elements of a thread's block of tiles, and of its sums, that stay in the L2 cache. With larger sums all threads
/// go through the phases together, each with sums of its own places, and a block has as many tiles as memory allows.
constexpr int64_t kBlock = 128 << 10, kSums = 192 << 10, kTogether = 8 << 20;

int64_t sums_size(const ConvShape& s) { return kGradientPlaces * s.outputs * s.channels; }
int64_t tile_size(const ConvShape& s) { return kGradientPlaces * (s.channels + s.outputs); }
bool works_alone(const ConvShape& s) { return sums_size(s) <= kSums; }

/// Returns the most tiles of a block.
int64_t block_tiles(const ConvShape& s) {
  const auto room = works_alone(s) ? kBlock : kTogether;
  return std::clamp<int64_t>(room / tile_size(s), 1, tiles_of(s));
}

struct Workspace {
  float *inputs, *gradients;
  Range tiles;
};

Workspace workspace_of(const ConvShape& s, const Range& tiles, float* scratch) {
  return {scratch, scratch + kGradientPlaces * tiles.size() * s.channels, tiles};
}

void transform(const float* x, const float* g, const ConvShape& s, const Workspace& work, int64_t from, int64_t to) {
  winograd_inputs(x, squares_of(s), {work.inputs, nullptr, work.tiles.first, work.tiles.size()}, from, to);
  HWY_DYNAMIC_DISPATCH(Gradients)(g, s, work.tiles.first, work.tiles.size(), from, to, work.gradients);
}

/// Computes, or adds to the sums, the products of outputs [from, to) at one place.
void multiply_place(const ConvShape& s, const Workspace& work, int64_t place, const Range& outputs, bool add,
                    float* sums) {
  const auto tiles = work.tiles.size();
  multiply({work.gradients + place * tiles * s.outputs + outputs.first, 1, s.outputs},
           work.inputs + place * tiles * s.channels, sums + (place * s.outputs + outputs.first) * s.channels,
           {.rows = outputs.size(), .columns = s.channels, .depth = tiles, .add = add});
}

/// Each thread takes its share of the tiles through all phases, block by block, with sums of its own.
void run_alone(const float* x, const float* g, const ConvShape& s, float* scratch, int64_t threads) {
  const auto most = block_tiles(s);
  parallel_tasks(threads, threads, [&](int64_t, int64_t task) {
    auto* sums = scratch + task * sums_size(s);
    auto* memory = scratch + threads * sums_size(s) + task * most * tile_size(s);
    const auto [first, end] = part_of(tiles_of(s), task, threads);
    const auto blocks = std::max<int64_t>((end - first + most - 1) / most, 1);
    for (int64_t block = 0; block < blocks; ++block) {
      const auto part = part_of(end - first, block, blocks);
      const auto work = workspace_of(s, {first + part.first, first + part.end}, memory);
      transform(x, g, s, work, 0, part.size());
      for (int64_t place = 0; place < kGradientPlaces; ++place)
        multiply_place(s, work, place, {0, s.outputs}, block > 0, sums);
    }
  });
}

void run_together(const float* x, const float* g, const ConvShape& s, float* scratch, int64_t threads) {
  constexpr int64_t kOutputs = 64;  // of a task
  const auto tiles = tiles_of(s), rounds = (tiles + block_tiles(s) - 1) / block_tiles(s);
  const auto panels = (s.outputs + kOutputs - 1) / kOutputs;
  for (int64_t round = 0; round < rounds; ++round) {
    const auto work = workspace_of(s, part_of(tiles, round, rounds), scratch + sums_size(s));
    parallel_ranges(threads, work.tiles.size(), [&](int64_t from, int64_t to) { transform(x, g, s, work, from, to); });
    parallel_ranges(threads, kGradientPlaces * panels, [&](int64_t from, int64_t to) {
      for (auto task = from; task < to; ++task) {
        const auto first = task % panels * kOutputs;
        multiply_place(s, work, task / panels, {first, std::min(first + kOutputs, s.outputs)}, round > 0, scratch);
      }
    });
  }
}

}  // namespace

bool fits_winograd_gradient(const ConvShape& s) { return fits_winograd(squares_of(s)) && s.kernel_rows == 3; }

bool winograd_gradient_pays(const ConvShape& s) {
  constexpr int64_t kOfSum = 32;  // storing and transforming a sum costs as much as this many products
  return fits_winograd_gradient(s) &&
         kGradientPlaces * (tiles_of(s) + kOfSum) < s.kernel_rows * s.kernel_columns * s.pixels();
}

int64_t winograd_gradient_scratch(const ConvShape& s, int64_t threads) {
  return (works_alone(s) ? threads : 1) * (sums_size(s) + block_tiles(s) * tile_size(s));
}

void winograd_weight_gradient(const float* x, const float* g, const ConvShape& s, float* gradient, float* scratch,
                              int64_t threads) {
  const bool alone = works_alone(s);
  threads = std::min(threads, tiles_of(s));
  if (alone) run_alone(x, g, s, scratch, threads);
  else run_together(x, g, s, scratch, threads);
  parallel_ranges(threads, s.outputs, sums_size(s), [&](int64_t from, int64_t to) {
    HWY_DYNAMIC_DISPATCH(Weights)(scratch, alone ? threads : 1, s, from, to, gradient);
  });
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
