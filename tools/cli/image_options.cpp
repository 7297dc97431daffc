#include "image_options.h"

#include <iostream>

#include "reszoo/base/error.h"

namespace reszoo::cli {
namespace {

template <typename Value, typename Place>
void set(const std::optional<Value>& given, Place& place) {
  if (given) place = *given;
}

}  // namespace

void add_image_options(CLI::App& app, ImageFlags& o) {
  app.add_option("--img-size", o.size, "Image size in pixels (small images: their own size; else 224)")
      ->check(CLI::Range(8, 4096));
  app.add_option("--train-crop-size", o.train_size, "Image size in training (--img-size; timm-a3: 160)")
      ->check(CLI::Range(8, 4096));
  app.add_option("--in-chans", o.channels, "Channels of the network's input (those of the images; gray and colours: 3)")
      ->check(CLI::Range(1, 4096));
  app.add_option("--mean", o.mean, "Mean of each channel, a byte's 255 being 1 (ImageNet's, or measured)")
      ->delimiter(',');
  app.add_option("--std", o.std, "Standard deviation of each channel (ImageNet's, or measured)")->delimiter(',');
  app.add_option("--train-crop-mode", o.crop,
                 "Random crop in training: none, padded:P (pixels) or resized:A,B (area fractions) (by recipe)");
  app.add_option("--interpolation", o.interpolation, "Resize with bilinear or bicubic (bilinear; timm-a3: bicubic)");
  app.add_option("--auto-augment", o.auto_augment,
                 "none, rand:N,M, trivial or auto:imagenet|cifar10|svhn (none; timm-a3: rand:2,18)");
  app.add_option("--hflip", o.flip, "Probability of a horizontal flip (0.5; recipe image: 0)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--rotation", o.rotation, "Largest random rotation, degrees (0)")->check(CLI::Range(0.0, 180.0));
  app.add_option("--color-jitter", o.jitter, "Jitter of brightness,contrast,saturation,hue (0)")
      ->delimiter(',')
      ->expected(1, 4);
  app.add_option("--reprob", o.erase, "Probability of random erasing (0)")->check(CLI::Range(0.0, 1.0));
  app.add_option("--mixup", o.mixup, "Mixup alpha; 0: off (0; timm-a3: 0.1)")->check(CLI::NonNegativeNumber);
  app.add_option("--cutmix", o.cutmix, "Cutmix alpha; 0: off (0; timm-a3: 1)")->check(CLI::NonNegativeNumber);
  add_image_reading(app, o);
}

void add_image_reading(CLI::App& app, ImageFlags& o) {
  app.add_option("--image-column", o.path_column,
                 "Column with the paths of images, or with encoded images (path, file, filename, image, ...)");
  app.add_option("--image-root", o.image_root, "Folder of the paths in a table (the table's folder)");
  app.add_option("--label-separator", o.label_separator, "Separator of several labels in a cell, such as | (detected)");
  app.add_option("--folder-layout", o.folder_layout,
                 "classes: each folder is a class; splits: folders called train, val, test are parts (by their names "
                 "and contents)");
  app.add_option("--workers", o.workers, "Threads that decode and augment images; 0: the training thread (1)")
      ->check(CLI::Range(0, 256));
  app.add_option(
      "--on-bad", o.on_bad,
      "Damaged files: stop or skip (stop if the first check of all files finds one, skip those found while decoding)");
  app.add_option("--bad-limit", o.bad_limit, "Largest number of files skipped while decoding (100)")
      ->check(CLI::NonNegativeNumber);
}

void apply(const ImageFlags& o, TrainingRecipe& recipe) {
  auto& image = recipe.image;
  set(o.size, image.size);
  if (o.size) image.train_size = 0;
  set(o.train_size, image.train_size);
  if (o.channels) recipe.options["channels"] = *o.channels;
  if (recipe.options.contains("channels")) image.channels = recipe.options["channels"];
  image.mean = o.mean;
  image.std = o.std;
  set(o.interpolation, image.interpolation);
  if (image.interpolation != "bilinear" && image.interpolation != "bicubic")
    fail(ErrorKind::usage, "--interpolation: must be bilinear or bicubic, got \"{}\"", image.interpolation);
  if (o.crop) image.crop = RandomCrop::parse(*o.crop);
  auto& augment = image.augment;
  if (o.auto_augment) augment.auto_augment = AutoAugment::parse(*o.auto_augment);
  set(o.flip, augment.flip);
  set(o.rotation, augment.rotation);
  set(o.erase, augment.erase);
  double* jitter[] = {&augment.color_jitter.brightness, &augment.color_jitter.contrast,
                      &augment.color_jitter.saturation, &augment.color_jitter.hue};
  for (size_t i = 0; i < o.jitter.size(); ++i) *jitter[i] = o.jitter[i];
  augment.check();
  set(o.mixup, recipe.trainer.mix.mixup);
  set(o.cutmix, recipe.trainer.mix.cutmix);
}

ImageDataOptions image_data_options(const ImageFlags& flags, const TableDataOptions& data) {
  ImageDataOptions images{.split = data.split, .target_options = data.target_options, .balance = data.balance};
  images.read = {.on_bad = parse_on_bad_image(flags.on_bad),
                 .layout = parse_folder_layout(flags.folder_layout),
                 .path_column = flags.path_column,
                 .label_columns = data.target,
                 .image_root = flags.image_root,
                 .label_separator = flags.label_separator,
                 .several_labels = data.target_options.task == Task::multilabel,
                 .table = data.read};
  images.workers = flags.workers;
  images.bad_limit = flags.bad_limit;
  images.on_note = [](const std::string& line) { std::cerr << line << "\n"; };
  images.seed = data.seed;
  return images;
}

}  // namespace reszoo::cli
