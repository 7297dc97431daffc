#include "image_recipes.h"

namespace reszoo::detail {
namespace {

Plan sgd_plan(const char* network, int64_t epochs, int64_t batch_size, double lr, double weight_decay, bool nesterov,
              const char* schedule) {
  Plan plan{.network = network};
  plan.trainer.epochs = epochs;
  plan.trainer.batch_size = batch_size;
  plan.trainer.optimizer = {
      .kind = OptimizerKind::sgd, .lr = lr, .weight_decay = weight_decay, .momentum = 0.9, .nesterov = nesterov};
  plan.trainer.schedule = Schedule::parse(schedule);
  plan.trainer.channels_last = true;
  return plan;
}

}  // namespace

Plan image_plan(int64_t) { return sgd_plan("cifar_resnet20", 15, 128, 0.1, 5e-4, /*nesterov=*/true, "cosine:0.05"); }

Plan cifar_plan(int64_t rows) {
  auto plan = image_plan(rows);
  plan.image.crop = {.kind = RandomCrop::Kind::padded, .padding = 4};
  plan.image.augment.flip = 0.5;
  return plan;
}

Plan torchvision_plan(int64_t) {
  auto plan = sgd_plan("resnet50", 90, 256, 0.1, 1e-4, /*nesterov=*/false, "step");
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
  plan.loss.classes = "bce";
  plan.image = {.size = 224, .train_size = 160, .crop_share = 0.95, .interpolation = "bicubic"};
  plan.image.crop = {.kind = RandomCrop::Kind::resized};
  plan.image.augment.flip = 0.5;
  plan.image.augment.auto_augment = AutoAugment::parse("rand:2,18");
  return plan;
}

Plan finetune_plan(int64_t) {
  auto plan = sgd_plan("resnet50", 20, 64, 0.01, 1e-4, /*nesterov=*/true, "cosine:0.05");
  plan.image.crop = {.kind = RandomCrop::Kind::resized, .least_area = 0.25};
  plan.image.augment.flip = 0.5;
  return plan;
}

}  // namespace reszoo::detail
