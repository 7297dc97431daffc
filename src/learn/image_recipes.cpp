#include "image_recipes.h"

namespace reszoo::detail {

Plan image_plan(int64_t) {
  Plan plan{.network = "cifar_resnet20"};
  plan.trainer.epochs = 15;
  plan.trainer.batch_size = 128;
  plan.trainer.optimizer = {.kind = OptimizerKind::sgd, .lr = 0.1, .weight_decay = 5e-4, .momentum = 0.9, .nesterov = true};
  plan.trainer.schedule = Schedule::parse("cosine:0.05");
  plan.trainer.channels_last = true;
  return plan;
}

Plan cifar_plan(int64_t rows) {
  auto plan = image_plan(rows);
  plan.image.crop = {.kind = RandomCrop::Kind::padded, .padding = 4};
  plan.image.augment.flip = 0.5;
  return plan;
}

Plan torchvision_plan(int64_t) {
  Plan plan{.network = "resnet50"};
  plan.trainer.epochs = 90;
  plan.trainer.batch_size = 256;
  plan.trainer.optimizer = {.kind = OptimizerKind::sgd, .lr = 0.1, .weight_decay = 1e-4, .momentum = 0.9};
  plan.trainer.schedule = Schedule::parse("step");
  plan.trainer.channels_last = true;
  plan.image.size = 224;
  plan.image.crop = {.kind = RandomCrop::Kind::resized};
  plan.image.augment.flip = 0.5;
  return plan;
}

Plan timm_a3_plan(int64_t) {
  Plan plan{.network = "resnet50"};
  plan.trainer.epochs = 100;
  plan.trainer.batch_size = 2048;
  plan.trainer.optimizer = OptimizerOptions::usual(OptimizerKind::lamb);
  plan.trainer.optimizer.lr = 8e-3;
  plan.trainer.optimizer.weight_decay = 0.02;
  plan.trainer.optimizer.decay_norms_and_biases = false;
  plan.trainer.clip_norm = 1;
  plan.trainer.schedule = Schedule::parse("cosine:0.05");
  plan.trainer.channels_last = true;
  plan.trainer.mix = {.mixup = 0.1, .cutmix = 1};
  plan.loss.classes = ClassLoss::bce;
  plan.image = {.size = 224, .train_size = 160, .crop_share = 0.95, .interpolation = "bicubic"};
  plan.image.crop = {.kind = RandomCrop::Kind::resized};
  plan.image.augment.flip = 0.5;
  plan.image.augment.auto_augment = AutoAugment::parse("rand:2,18");
  return plan;
}

Plan finetune_plan(int64_t) {
  Plan plan{.network = "resnet50"};
  plan.trainer.epochs = 20;
  plan.trainer.batch_size = 64;
  plan.trainer.optimizer = {.kind = OptimizerKind::sgd, .lr = 0.01, .weight_decay = 1e-4, .momentum = 0.9, .nesterov = true};
  plan.trainer.schedule = Schedule::parse("cosine:0.05");
  plan.trainer.channels_last = true;
  plan.image.crop = {.kind = RandomCrop::Kind::resized, .least_area = 0.25};
  plan.image.augment.flip = 0.5;
  return plan;
}

}  // namespace reszoo::detail
