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
  app.add_option("--size", o.size,
                 "Side of the square that the network sees, pixels (small images as they are, else 224)")
      ->check(CLI::Range(8, 4096));
  app.add_option("--train-size", o.train_size, "The same in training (--size; timm-a3 160)")
      ->check(CLI::Range(8, 4096));
  app.add_option("--crop", o.crop,
                 "The part that training sees: none, padded:P pixels, resized:A,B of the area (by recipe)");
  app.add_option("--interpolation", o.interpolation, "bilinear or bicubic (bilinear; timm-a3 bicubic)");
  app.add_option("--auto-augment", o.auto_augment,
                 "none, rand:N,M, trivial, or auto:imagenet, cifar10, svhn (none; timm-a3 rand:2,18)");
  app.add_option("--flip", o.flip, "Chance of left and right swapped (0.5; image 0)")->check(CLI::Range(0.0, 1.0));
  app.add_option("--rotation", o.rotation, "Turned by up to so many degrees (0)")->check(CLI::Range(0.0, 180.0));
  app.add_option("--jitter", o.jitter, "How much brightness,contrast,saturation,hue vary (0)")
      ->delimiter(',')
      ->expected(1, 4);
  app.add_option("--erase", o.erase, "Chance of a rectangle erased (0)")->check(CLI::Range(0.0, 1.0));
  app.add_option("--mixup", o.mixup, "Alpha of mixup; 0 none (0; timm-a3 0.1)")->check(CLI::NonNegativeNumber);
  app.add_option("--cutmix", o.cutmix, "Alpha of cutmix; 0 none (0; timm-a3 1)")->check(CLI::NonNegativeNumber);
  add_image_reading(app, o);
}

void add_image_reading(CLI::App& app, ImageFlags& o) {
  app.add_option("--image", o.path_column, "A table's column of image files (path, file, filename or image)");
  app.add_option("--workers", o.workers, "Threads that decode and augment images; 0: none but the training's (1)")
      ->check(CLI::Range(0, 256));
  app.add_option(
      "--on-bad", o.on_bad,
      "Of damaged files: fail, or skip them (fail at the first look at all, skip some whose damage shows later)");
  app.add_option("--bad-limit", o.bad_limit, "Most files that may be skipped after the first look (100)")
      ->check(CLI::NonNegativeNumber);
}

void apply(const ImageFlags& o, TrainingRecipe& recipe) {
  auto& image = recipe.image;
  set(o.size, image.size);
  if (o.size) image.train_size = 0;
  set(o.train_size, image.train_size);
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
  images.read = {.on_bad = parse_on_bad_image(flags.on_bad), .path_column = flags.path_column, .table = data.read};
  if (!data.target.empty()) images.read.label_column = data.target.front();
  images.workers = flags.workers;
  images.bad_limit = flags.bad_limit;
  images.on_note = [](const std::string& line) { std::cerr << line << "\n"; };
  images.seed = data.seed;
  return images;
}

}  // namespace reszoo::cli
