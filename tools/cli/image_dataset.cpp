#include "image_dataset.h"

#include <algorithm>
#include <cmath>

#include "naming.h"
#include "reszoo/base/error.h"

namespace reszoo::cli {
namespace {

constexpr int64_t kSmall = 96;             // pixels: up to here images are taken as they are
constexpr int64_t kMeasured = 60'000'000;  // bytes that mean and deviation are taken of

/// Mean and deviation of x / 255 by channel, of all images or as many from the first as are quickly read.
void fit_normalisation(ImagePreprocess& preprocess, const ImageRows& rows) {
  const auto channels = static_cast<size_t>(preprocess.channels);
  std::vector<double> sum(channels), squares(channels);
  int64_t pixels_seen = 0;
  for (int64_t row = 0; row < rows.rows() && pixels_seen < kMeasured; ++row) {
    const auto image = rows.source(row);
    const auto pixels = with_channels(image->read(image->whole()), preprocess.channels);
    for (size_t i = 0; i < pixels.bytes.size(); ++i) {
      const double value = pixels.bytes[i];
      sum[i % channels] += value;
      squares[i % channels] += value * value;
    }
    pixels_seen += pixels.height * pixels.width;
  }
  const auto count = static_cast<double>(pixels_seen);
  for (size_t c = 0; c < channels; ++c) {
    const double mean = sum[c] / count;
    preprocess.mean.push_back(mean / 255);
    preprocess.std.push_back(std::max(std::sqrt(std::max(squares[c] / count - mean * mean, 0.0)) / 255, 1e-6));
  }
}

bool are_small(const ImageRows& rows) { return rows.size && std::max(rows.size->first, rows.size->second) <= kSmall; }

/// The shorter side behind which a crop of `size` is the plan's share.
int64_t resize_for(int64_t size, const ImagePlan& plan) {
  return std::lrint(std::floor(static_cast<double>(size) / plan.crop_share));
}

/// What evaluation does to images such as these.
ImagePreprocess preprocess_for(const ImageRows& rows, const ImagePlan& plan,
                               const std::optional<ImagePreprocess>& known) {
  const bool small = are_small(rows) && plan.size == 0;
  if (known && plan.size == 0 && (known->crop || known->squash || small)) return *known;
  ImagePreprocess preprocess{.channels = rows.channels, .interpolation = plan.interpolation};
  if (!small) {
    const auto size = plan.size > 0 ? plan.size : 224;
    preprocess = imagenet_preprocess();
    preprocess.interpolation = plan.interpolation;
    preprocess.crop = size;
    preprocess.resize = resize_for(size, plan);
  }
  if (known) {
    preprocess.channels = known->channels;
    preprocess.mean = known->mean;
    preprocess.std = known->std;
  } else if (small) {
    fit_normalisation(preprocess, rows);
  }
  return preprocess;
}

Batches image_batches(const Model& model, const ImageRows& rows, const ImagePlan& plan,
                      const ImageDataOptions& images) {
  const auto [height, width] = rows.size.value_or(std::pair<int64_t, int64_t>(0, 0));
  ImageTransform transform{*model.image, plan.crop, plan.augment};
  if (plan.train_size > 0) {
    transform.preprocess.crop = plan.train_size;
    transform.preprocess.resize = resize_for(plan.train_size, plan);
  }
  LoaderOptions how{.workers = images.workers, .bad_limit = images.read.on_bad == OnBad::fail ? 0 : images.bad_limit};
  how.on_bad = [tell = images.tell](int64_t, const std::string& why) {
    if (tell) tell(why + "; left out");
  };
  return {image_examples(rows.source, rows.rows(), transform, height, width), model.target->encode({{rows.labels}}),
          how};
}

ImageRows read_labelled_rows(const std::string& path, const ImageDataOptions& images) {
  auto parts = read_image_parts(path, images.read);
  for (const auto& note : parts.notes)
    if (images.tell) images.tell(note);
  return parts.test ? *parts.test : parts.validation ? *parts.validation : parts.train;
}

/// A part that is images of the training set, set apart by the path, or a path of its own.
std::optional<ImageRows> part_of(const ImageParts& all, const Tensor& rows, const std::optional<ImageRows>& apart,
                                 const std::string& text, const char* option, const ImageDataOptions& images) {
  if (rows.numel() > 0) return take(all.train, rows);
  if (text.empty()) return apart;
  if (fraction_of(text, option)) return std::nullopt;
  return read_labelled_rows(text, images);
}

/// The split of the images to train on: fractions count where the path sets nothing apart.
Split split_images(DataOptions options, const ImageParts& parts, const Target& target) {
  if (options.validation.empty() && !parts.validation) options.validation = "0.1";
  const auto rule = split_rule(options, {{parts.train.labels}}, target);
  return split_of(options, parts.train.rows(), rule);
}

}  // namespace

std::string usual_recipe(const ImageRows& rows, bool begins_with_weights) {
  if (begins_with_weights) return "finetune";
  return are_small(rows) ? "image" : "torchvision-v1";
}

Dataset make_image_dataset(const DataOptions& options, const ImageDataOptions& images, const ImageParts& parts,
                           const ImagePlan& plan, const std::optional<ImagePreprocess>& known) {
  Dataset dataset;
  dataset.notes = parts.notes;
  auto& model = dataset.model;
  const auto split = naming(options.data, [&] {
    auto target = target_options(options);
    const auto classes = std::get<0>(at::_unique2(as_text(parts.train.labels).codes)).size(0);
    if (!target.task) target.task = classes == 2 ? Task::binary : Task::multiclass;
    model.target = Target::fit({{parts.train.labels}}, {"label"}, target);
    return split_images(options, parts, *model.target);
  });
  const auto train = take(parts.train, split.train);
  model.image = preprocess_for(train, plan, known);
  auto measured = plan;
  measured.train_size = 0;
  const auto batches = [&](const std::optional<ImageRows>& rows, const std::string& path) -> std::optional<Batches> {
    if (!rows) return std::nullopt;
    return naming(path, [&] { return image_batches(model, *rows, measured, images); });
  };
  const auto validation = part_of(parts, split.validation, parts.validation, options.validation, "--val", images);
  const auto test = part_of(parts, split.test, parts.test, options.test, "--test", images);
  dataset.train = naming(options.data, [&] { return image_batches(model, train, plan, images); });
  dataset.validation = batches(validation, options.validation);
  dataset.test = batches(test, options.test);
  dataset.images = test ? *test : validation ? *validation : train;
  return dataset;
}

LabelledImages read_labelled_images(const Model& model, const std::string& path, const ImageDataOptions& images) {
  return naming(path, [&]() -> LabelledImages {
    auto labelled = read_labelled_rows(path, images);
    auto rows = image_batches(model, labelled, {}, images);
    return {std::move(labelled), std::move(rows)};
  });
}

}  // namespace reszoo::cli
