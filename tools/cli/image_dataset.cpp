#include "image_dataset.h"

#include <algorithm>

#include "naming.h"
#include "reszoo/base/error.h"
#include "reszoo/data/idx.h"
#include "reszoo/data/source.h"

namespace reszoo::cli {
namespace {

Column label_column(const ImageSet& set) { return {.name = "label", .numbers = set.labels.to(torch::kDouble)}; }

TensorBatches image_batches(const Model& model, const ImageSet& set) {
  return {set.images, model.target->encode(label_column(set)),
          [preprocess = *model.image](const Tensor& raw) { return preprocess(raw); }};
}

ImageSet select(const ImageSet& set, const Tensor& rows) {
  return {set.images.index_select(0, rows), set.labels.index_select(0, rows)};
}

/// Normalisation by the mean and deviation of the training pictures, by channel.
ImagePreprocess fit_preprocess(const Tensor& images) {
  ImagePreprocess preprocess{.channels = images.size(1)};
  for (int64_t c = 0; c < images.size(1); ++c) {
    const auto pixels = images.select(1, c).to(torch::kFloat).div(255);
    preprocess.mean.push_back(pixels.mean().item<double>());
    preprocess.std.push_back(std::max(pixels.std().item<double>(), 1e-6));
  }
  return preprocess;
}

/// A part that is either pictures of the training set or a folder of its own.
std::optional<TensorBatches> image_part(const Model& model, const ImageSet& set, const Tensor& rows,
                                        const std::string& text, const char* option) {
  if (rows.numel() > 0) return image_batches(model, select(set, rows));
  if (text.empty() || fraction_of(text, option)) return std::nullopt;
  return read_labelled_images(model, text);
}

}  // namespace

Dataset read_image_dataset(const DataOptions& options) {
  auto splits = read_idx_folder(options.data);
  const auto parts = naming(options.data, [&] { return split_of(options, splits.train.labels.size(0), {}); });
  const auto train = select(splits.train, parts.train);
  Dataset dataset;
  auto& model = dataset.model;
  model.image = fit_preprocess(train.images);
  model.target = Target::fit(label_column(splits.train), Task::multiclass);
  dataset.train = image_batches(model, train);
  dataset.validation = image_part(model, splits.train, parts.validation, options.validation, "--val");
  dataset.test = image_part(model, splits.train, parts.test, options.test, "--test");
  if (!dataset.test) dataset.test = image_batches(model, splits.test);
  return dataset;
}

TensorBatches read_labelled_images(const Model& model, const std::string& path) {
  if (const auto kind = detect_data(path); kind != DataKind::idx_folder)
    fail(ErrorKind::usage, "{}: the model reads a folder of IDX files, this is of the kind: {}", path, text_of(kind));
  const auto splits = read_idx_folder(path);
  return naming(path, [&] { return image_batches(model, splits.test); });
}

}  // namespace reszoo::cli
