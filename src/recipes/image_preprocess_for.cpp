#include "image_preprocess_for.h"

#include <algorithm>
#include <cmath>

namespace reszoo {
namespace {

constexpr int64_t kSmall = 96;             // pixels; images up to this size are not resized
constexpr int64_t kMeasured = 60'000'000;  // pixels from which mean and standard deviation are computed

/// Sums of the values of each channel, and of their squares.
struct ChannelSums {
  std::vector<double> sum, squares;

  template <typename Values>
  void add(const Values& values, double one) {  // `one` is the value that the network sees as 1
    const auto channels = sum.size();
    for (size_t i = 0; i < values.size(); ++i) {
      const double value = values[i] * (255 / one);
      sum[i % channels] += value;
      squares[i % channels] += value * value;
    }
  }
};

/// Computes mean and standard deviation of x / 255 per channel, over the first images, as many as are quickly read.
void fit_normalisation(ImagePreprocess& preprocess, const ImageRows& rows) {
  const auto channels = static_cast<size_t>(preprocess.channels);
  ChannelSums sums{std::vector<double>(channels), std::vector<double>(channels)};
  int64_t pixels_seen = 0;
  for (int64_t row = 0; row < rows.rows() && pixels_seen < kMeasured; ++row) {
    const auto image = rows.source(row);
    if (fits_in_bytes(*image, preprocess.channels))
      sums.add(with_channels(image->read(image->whole()), preprocess.channels).bytes, 255);
    else sums.add(read_values(*image, image->whole(), preprocess.channels).values, 1);
    pixels_seen += image->height() * image->width();
  }
  const auto count = static_cast<double>(pixels_seen);
  for (size_t c = 0; c < channels; ++c) {
    const double mean = sums.sum[c] / count;
    preprocess.mean.push_back(mean / 255);
    preprocess.std.push_back(std::max(std::sqrt(std::max(sums.squares[c] / count - mean * mean, 0.0)) / 255, 1e-6));
  }
}

/// Returns how many channels the network takes: as the recipe says; else as many as the images have, if they are
/// neither gray nor RGB; else as the known preprocessing takes them; else 3, and 1 for small gray images.
int64_t channels_for(const ImageRows& rows, const ImageRecipe& recipe, const std::optional<ImagePreprocess>& known,
                     bool small) {
  if (recipe.channels > 0) return recipe.channels;
  if (!is_gray_or_rgb(rows.channels)) return rows.channels;
  if (known) return known->channels;
  return small ? rows.channels : imagenet_preprocess().channels;
}

}  // namespace

bool are_small(const ImageRows& rows) { return rows.size && std::max(rows.size->first, rows.size->second) <= kSmall; }

int64_t resize_for(int64_t size, const ImageRecipe& recipe) {
  return std::lrint(std::floor(static_cast<double>(size) / recipe.crop_share));
}

ImagePreprocess preprocess_for(const ImageRows& rows, const ImageRecipe& recipe,
                               const std::optional<ImagePreprocess>& known) {
  const bool small = are_small(rows) && recipe.size == 0, given = !recipe.mean.empty() || !recipe.std.empty();
  const auto channels = channels_for(rows, recipe, known, small);
  const bool fits = known && known->channels == channels && !given;
  if (fits && recipe.size == 0 && (known->crop || known->squash || small)) return *known;
  ImagePreprocess preprocess{.channels = channels, .interpolation = recipe.interpolation};
  if (!small) {
    const auto size = recipe.size > 0 ? recipe.size : 224;
    preprocess.crop = size;
    preprocess.resize = resize_for(size, recipe);
  }
  const auto imagenet = imagenet_preprocess();
  const bool measured = small || channels != imagenet.channels || !fits_in_bytes(*rows.source(0), channels);
  if (!fits && !given && measured) {
    fit_normalisation(preprocess, rows);
  } else {
    preprocess.mean = given ? recipe.mean : fits ? known->mean : imagenet.mean;
    preprocess.std = given ? recipe.std : fits ? known->std : imagenet.std;
  }
  preprocess.check();
  return preprocess;
}

}  // namespace reszoo
