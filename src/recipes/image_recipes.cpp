#include "image_recipes.h"

namespace reszoo::detail {
namespace {

TrainingRecipe sgd_recipe(const char* network, int64_t epochs, int64_t batch_size, double lr, double weight_decay,
                          bool nesterov, const char* schedule) {
  TrainingRecipe recipe{.network = network};
  recipe.trainer.epochs = epochs;
  recipe.trainer.batch_size = batch_size;
  recipe.trainer.optimizer = {
      .kind = OptimizerKind::sgd, .lr = lr, .weight_decay = weight_decay, .momentum = 0.9, .nesterov = nesterov};
  recipe.trainer.schedule = Schedule::parse(schedule);
  recipe.trainer.channels_last = true;
  return recipe;
}

}  // namespace

TrainingRecipe image_recipe(int64_t) {
  return sgd_recipe("cifar_resnet20", 15, 128, 0.1, 5e-4, /*nesterov=*/true, "cosine:0.05");
}

TrainingRecipe cifar_recipe(int64_t rows) {
  auto recipe = image_recipe(rows);
  recipe.image.crop = {.kind = RandomCrop::Kind::padded, .padding = 4};
  recipe.image.augment.flip = 0.5;
  return recipe;
}

TrainingRecipe torchvision_recipe(int64_t) {
  auto recipe = sgd_recipe("resnet50", 90, 256, 0.1, 1e-4, /*nesterov=*/false, "step");
  recipe.image.size = 224;
  recipe.image.crop = {.kind = RandomCrop::Kind::resized};
  recipe.image.augment.flip = 0.5;
  return recipe;
}

TrainingRecipe timm_a3_recipe(int64_t) {
  TrainingRecipe recipe{.network = "resnet50"};
  recipe.trainer.epochs = 100;
  recipe.trainer.batch_size = 2048;
  recipe.trainer.optimizer = OptimizerOptions::defaults(OptimizerKind::lamb);
  recipe.trainer.optimizer.lr = 8e-3;
  recipe.trainer.optimizer.weight_decay = 0.02;
  recipe.trainer.optimizer.decay_norms_and_biases = false;
  recipe.trainer.max_grad_norm = 1;
  recipe.trainer.schedule = Schedule::parse("cosine:0.05");
  recipe.trainer.channels_last = true;
  recipe.trainer.mix = {.mixup = 0.1, .cutmix = 1};
  recipe.loss.classes = "bce";
  recipe.image = {.size = 224, .train_size = 160, .crop_share = 0.95, .interpolation = "bicubic"};
  recipe.image.crop = {.kind = RandomCrop::Kind::resized};
  recipe.image.augment.flip = 0.5;
  recipe.image.augment.auto_augment = AutoAugment::parse("rand:2,18");
  return recipe;
}

TrainingRecipe finetune_recipe(int64_t) {
  auto recipe = sgd_recipe("resnet50", 20, 64, 0.01, 1e-4, /*nesterov=*/true, "cosine:0.05");
  recipe.image.crop = {.kind = RandomCrop::Kind::resized, .least_area = 0.25};
  recipe.image.augment.flip = 0.5;
  return recipe;
}

}  // namespace reszoo::detail
