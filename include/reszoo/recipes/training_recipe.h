/// Recipes: how a network is built and trained.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "reszoo/infer/model.h"
#include "reszoo/recipes/image_recipe.h"
#include "reszoo/train/dataset.h"
#include "reszoo/train/loss.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo {

/// How the bins of a numeric column are chosen: at its quantiles, or at the splits of a decision tree that predicts the
/// target from this column alone. For several target columns, whose trees would differ, a tree's bins are quantiles.
enum class Binning { quantile, tree };

/// Parses `quantile` or `tree`.
/// Throws: Error (usage) for any other text.
Binning parse_binning(std::string_view text);
std::string text_of(Binning binning);

/// How a network with pretrained weights is fine-tuned.
struct FineTuning {
  std::vector<std::string> freeze = {};    ///< patterns of parameters that are not trained, see freeze()
  std::vector<std::string> unfreeze = {};  ///< patterns of exceptions, which are trained
  bool freeze_norms = false;               ///< batch norms keep their statistics, weights and biases
  double layer_decay = 1;                  ///< layer-wise learning-rate decay, see layer_decay_rules()
  double body_lr_factor = 1;               ///< learning rate of all layers but the head / that of the head

  bool operator==(const FineTuning&) const = default;
};

/// Describes a network and its training by values that can be printed, varied and stored.
struct TrainingRecipe {
  std::string network = "tabular_resnet";  ///< name of a registered model
  /// Options of the network by name, as `to_json(ModelOptions)` writes them, except those that follow from the data:
  /// inputs, outputs, bins.
  nlohmann::json options = nlohmann::json::object();
  int64_t bins = 0;                     ///< largest number of bins per column, for piecewise-linear embeddings
  Binning binning = Binning::quantile;  ///< how the bins are chosen
  TrainerOptions trainer = {};
  LossOptions loss = {};
  ImageRecipe image = {};
  FineTuning fine_tuning = {};
};

/// Returns the recipe of this name. `auto`, `fast`, `best` and `paper` are for tables, the others for images. `rows` is
/// the number of training rows or images.
///
/// - `auto`: 8 networks in one (TabM) with 2 blocks, width 96, hidden factor 1 and piecewise-linear embeddings, whose
///   bins are cut by a tree. Muon with learning rate 5e-3, which falls linearly to 0, and weight decay 3e-4, gradients
///   clipped at norm 1, EMA of the weights. The number of rows gives the batch size, 64 to 512, the epochs, 100 to 8
///   (60 for 1000 rows, half as many for 8 times the rows; 8 for a million, 4 for 8 million), and the patience, a
///   fifth of the epochs.
/// - `fast`: as `auto`, with a quarter of the epochs.
/// - `best`: as `auto`. It is what fit_best starts with.
/// - `paper`: the default `tabular_resnet` with width 192 and 4 blocks. AdamW with learning rate 1e-3 and weight decay
///   1e-5, 20 epochs, batch size 256.
/// - `image`: `cifar_resnet20`, unless another network is named. SGD with Nesterov momentum, learning rate 0.1 and
///   weight decay 5e-4, 15 epochs, cosine schedule with 5 % warm-up, batch size 128. No augmentation, so it suits
///   digits as well as objects.
/// - `cifar`: `cifar_resnet20`, trained as `image`, with random crops of images padded by 4 pixels and random
///   horizontal flips.
/// - `torchvision-v1`: `resnet50`. SGD with momentum, learning rate 0.1, divided by 10 after each third of 90 epochs,
///   weight decay 1e-4, batch size 256. Random resized crops and horizontal flips.
/// - `timm-a3`: `resnet50`. LAMB with learning rate 8e-3 and weight decay 0.02 except for norms and biases, 100
///   epochs, cosine schedule with 5 % warm-up, batch size 2048. BCE loss, mixup 0.1, cutmix 1, RandAugment, random
///   resized crops of 160 pixels; evaluated at 224 pixels.
/// - `finetune`: `resnet50`. SGD with Nesterov momentum, learning rate 0.01 and weight decay 1e-4, 20 epochs, cosine
///   schedule with 5 % warm-up, batch size 64. Random resized crops of at least a quarter of the image and horizontal
///   flips.
///
/// Source: `paper` Gorishniy et al. 2021, arXiv:2106.11959; `auto` after Gorishniy et al. 2024, arXiv:2410.24210, with
/// the bins of Gorishniy et al. 2022, arXiv:2203.05556, section 3.2.2; `cifar` He et al. 2015, arXiv:1512.03385,
/// section 4.2, with the cosine of Loshchilov and Hutter 2016; `torchvision-v1` the recipe of torchvision's
/// IMAGENET1K_V1 weights (references/classification); `timm-a3` Wightman et al. 2021, arXiv:2110.00476, table 2;
/// `finetune` after Kornblith et al. 2018, arXiv:1805.08974, section A.5.
/// Differs: `timm-a3` uses torchvision's RandAugment, at the same fraction of its range, instead of timm's.
/// Throws: Error (usage) for any other name.
TrainingRecipe training_recipe(std::string_view name, int64_t rows);

/// Sets another kind of optimizer with its default values, except the weight decay, which is kept. Does nothing if the
/// kind is the same. LAMB also clips gradients at 1.
void choose_optimizer(TrainerOptions& options, OptimizerKind kind);

/// Parses the text of a Schedule or of PlateauOptions.
/// Throws: Error (usage) for any other text.
void choose_schedule(TrainerOptions& options, std::string_view text);

/// Returns everything that a run of the recipe depends on, apart from its trainer's options, as a flat object for
/// TrainerOptions::settings.
nlohmann::ordered_json settings_of(const TrainingRecipe& recipe);

/// Builds the recipe's network in `model`, whose preprocessing and target are fitted. The options that follow from the
/// data (columns, categories, outputs, the bins of the training rows) are added to the recipe's options, which take
/// precedence.
///
/// Throws: Error (usage) as create_model does.
void build_network(Model& model, const TrainingRecipe& recipe, const Dataset& rows);

/// Freezes parameters according to `tuning`, and adds its learning rates to `rules`. The network must already have its
/// weights and its head.
/// Throws: Error (usage) for a pattern that matches no parameter, and if no parameter is left to train.
void apply_fine_tuning(Network& network, const FineTuning& tuning, std::vector<ParameterRule>& rules);

}  // namespace reszoo
