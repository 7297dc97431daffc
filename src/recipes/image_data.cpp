#include "reszoo/recipes/image_data.h"

#include <algorithm>

#include "error_context.h"
#include "image_preprocess_for.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using detail::with_error_context;

/// Returns the options for files that turn out to be damaged.
LoaderOptions loader_options(const ImageRows& rows, const ImageDataOptions& options,
                             const std::shared_ptr<LeftOut>& left_out) {
  LoaderOptions loader{.workers = options.workers,
                       .bad_limit = options.read.on_bad == OnBadImage::stop ? 0 : options.bad_limit};
  loader.on_bad = [names = rows.names, on_note = options.on_note, left_out](int64_t row, const std::string& why) {
    left_out->add("damaged image*", names[static_cast<size_t>(row)]);
    if (on_note) on_note(why + "; left out");
  };
  return loader;
}

/// Returns whether the target knows the class of this row.
bool knows_class(const Target& target, const Column& column, int64_t row) {
  try {
    target.encode(take_rows(column, at::tensor(row).reshape({1})));
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// Throws an error that names the image of the first row with a class that training did not have, if there is one.
void name_unknown_class(const Target& target, const ImageRows& rows) {
  const auto text = as_text(rows.targets.columns.front());
  std::vector<int64_t> first(text.words.size(), -1);
  for (int64_t row = text.size() - 1; row >= 0; --row)
    if (const auto code = text.codes[row].item<int64_t>(); code >= 0) first[static_cast<size_t>(code)] = row;
  for (size_t word = 0; word < first.size(); ++word)
    if (first[word] >= 0 && !knows_class(target, rows.targets.columns.front(), first[word]))
      fail(ErrorKind::input, "{}: its class \"{}\" is none of the classes of training: {}",
           rows.names[static_cast<size_t>(first[word])], text.words[word], list(target.classes()));
}

/// Encodes the targets. A single one may have another name than in training.
Tensor encoded_targets(const Target& target, const ImageRows& rows) {
  const auto& columns = rows.targets.columns;
  if (target.names().size() != 1 || columns.size() != 1) return target.encode(rows.targets);
  try {
    return target.encode(columns.front());
  } catch (const Error&) {
    if (!target.classes().empty()) name_unknown_class(target, rows);
    throw;
  }
}

Dataset image_batches(const Model& model, const ImageRows& rows, const ImageRecipe& recipe,
                      const ImageDataOptions& options, const std::shared_ptr<LeftOut>& left_out) {
  const auto [height, width] = rows.size.value_or(std::pair<int64_t, int64_t>(0, 0));
  ImageTransform transform{*model.image, recipe.crop, recipe.augment};
  if (recipe.train_size > 0) {
    transform.preprocess.crop = recipe.train_size;
    transform.preprocess.resize = resize_for(recipe.train_size, recipe);
  }
  return {image_examples(rows.source, rows.rows(), transform, height, width), encoded_targets(*model.target, rows),
          loader_options(rows, options, left_out)};
}

/// Other files are read by what the model predicts.
void take_target(ImageReadOptions& read, const Target& target) {
  read.classes = target.classes();
  read.targets = target.names();
}

ImageRows read_images_to_measure(const std::filesystem::path& path, const ImageDataOptions& options,
                                 LeftOut& left_out) {
  auto parts = read_image_splits(path, options.read);
  left_out.add(parts.left_out);
  for (const auto& note : parts.notes)
    if (options.on_note) options.on_note(note);
  const auto count = (parts.train.rows() > 0) + parts.validation.has_value() + parts.test.has_value();
  if (count > 1 && options.on_note)
    options.on_note(fmt::format("{}: the {} images are taken", path.string(), parts.test ? "test" : "validation"));
  return parts.test ? *parts.test : parts.validation ? *parts.validation : parts.train;
}

/// Returns the images of a part: some of the training images, the path's own split, or a separate path.
std::optional<ImageRows> part_of(const ImageSplits& all, const Tensor& rows, const std::optional<ImageRows>& apart,
                                 const std::optional<double>& fraction, const std::filesystem::path& path,
                                 const ImageDataOptions& options, LeftOut& left_out) {
  const bool replaced = apart && (fraction || !path.empty());
  if (replaced) left_out.add("image* of a part that the options replace", apart->names.front(), apart->rows());
  if (rows.numel() > 0) return take_images(all.train, rows);
  if (!path.empty()) return read_images_to_measure(path, options, left_out);
  return fraction ? std::nullopt : apart;
}

/// Splits the training images. By default a tenth is the validation set, if the path has no split of its own.
Split split_images(const ImageSplits& parts, const Target& target, const ImageDataOptions& options) {
  const auto& split = options.split;
  for (const auto* column : {&split.stratify, &split.group, &split.time})
    if (!column->empty()) fail(ErrorKind::usage, "split: images are not parted by a column, got \"{}\"", *column);
  const double usual = parts.validation ? 0 : 0.1;
  const double validation = split.validation_path.empty() ? split.validation.value_or(usual) : 0;
  const double test = split.test_path.empty() ? split.test.value_or(0) : 0;
  const auto rule = split_rule(split, parts.train.targets, target);
  return split_rows(parts.train.rows(), validation, test, rule, options.seed);
}

bool is_whole(const Column& column) { return (column.numbers == column.numbers.round()).all().item<bool>(); }

/// Throws for whole numbers that may be classes or quantities.
void check_numbers(const Column& labels, int64_t distinct) {
  constexpr int64_t surely_classes = 20;  // as Target takes them
  if (labels.kind == Column::Kind::number && distinct > surely_classes && is_whole(labels))
    fail(ErrorKind::input,
         "column \"{}\": {} different whole numbers are classes or a quantity; task=multiclass or task=regression says "
         "which",
         labels.name, distinct);
}

Target fit_target(const ImageRows& rows, TargetOptions options) {
  const auto& columns = rows.targets.columns;
  if (columns.size() == 1 && !options.task) {
    const auto& labels = columns.front();
    const auto text = as_text(labels);
    const auto classes = std::get<0>(at::_unique2(text.codes)).size(0);
    if (classes == 1 && (rows.classes || labels.kind == Column::Kind::text))
      fail(ErrorKind::input,
           "{} of one class only, {}; training needs a folder of images for each of two classes or more",
           counted(rows.rows(), "image*"),
           text.words.at(static_cast<size_t>(std::max<int64_t>(text.codes[0].item<int64_t>(), 0))));
    // Names of folders are words as they are spelt: 07 and 7 are two classes.
    if (rows.classes && labels.kind == Column::Kind::text)
      options.readings[labels.name] = {.kind = ColumnKind::category};
    if (rows.classes) options.task = classes == 2 ? Task::binary : Task::multiclass;
    else check_numbers(labels, classes);
  }
  return Target::fit(rows.targets, rows.targets.names(), options);
}

}  // namespace

std::string default_image_recipe(const ImageRows& images, bool begins_with_weights) {
  if (begins_with_weights) return "finetune";
  return are_small(images) ? "image" : "torchvision-v1";
}

TrainingData make_image_data(const ImageSplits& parts, const ImageRecipe& recipe, const ImageDataOptions& options,
                             const std::string& source) {
  Model model;
  const auto split = with_error_context(source, [&] {
    if (parts.train.rows() == 0) fail(ErrorKind::input, "has no images to train on, only to validate or to test");
    model.target = fit_target(parts.train, options.target_options);
    return split_images(parts, *model.target, options);
  });
  const auto train = take_images(parts.train, split.train);
  model.image = preprocess_for(train, recipe, options.preprocess);
  auto measured = recipe;
  measured.train_size = 0;
  const auto left_out = std::make_shared<LeftOut>(parts.left_out);
  const auto batches = [&](const std::optional<ImageRows>& rows, const std::string& path) -> std::optional<Dataset> {
    if (!rows) return std::nullopt;
    return with_error_context(path, [&] { return image_batches(model, *rows, measured, options, left_out); });
  };
  const auto& how = options.split;
  const auto part = [&](const Tensor& rows, const auto& apart, const auto& fraction, const auto& path) {
    auto reading = options;
    take_target(reading.read, *model.target);
    return part_of(parts, rows, apart, fraction, path, reading, *left_out);
  };
  const auto validation = part(split.validation, parts.validation, how.validation, how.validation_path);
  const auto test = part(split.test, parts.test, how.test, how.test_path);
  auto rows = with_error_context(source, [&] { return image_batches(model, train, recipe, options, left_out); });
  TrainingData data{.model = model, .train = balanced(rows, *model.target, options.balance), .notes = parts.notes};
  data.notes.insert(data.notes.end(), data.model.target->notes().begin(), data.model.target->notes().end());
  data.validation = batches(validation, how.validation_path.string());
  data.test = batches(test, how.test_path.string());
  data.images = test ? *test : validation ? *validation : train;
  data.left_out = left_out;
  return data;
}

LabelledImages read_labelled_images(const Model& model, const std::filesystem::path& path,
                                    const ImageDataOptions& options) {
  return with_error_context(path.string(), [&]() -> LabelledImages {
    auto reading = options;
    take_target(reading.read, *model.target);
    const auto left_out = std::make_shared<LeftOut>();
    auto images = read_images_to_measure(path, reading, *left_out);
    auto rows = image_batches(model, images, {}, options, left_out);
    return {std::move(images), std::move(rows), left_out};
  });
}

}  // namespace reszoo
