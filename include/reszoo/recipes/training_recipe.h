/// How a network is built and trained, decided before it begins.
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

/// Where a number's bins are cut: at its quantiles, or where a tree on it alone cuts it
/// to predict the target.
enum class Binning { quantile, tree };

/// Reads quantile or tree. Throws: Error (usage) for any other text.
Binning parse_binning(std::string_view text);
std::string text_of(Binning binning);

/// How a network that begins with weights is trained further.
struct FineTuning {
  std::vector<std::string> freeze = {};    ///< patterns of parameters that stay, see freeze()
  std::vector<std::string> unfreeze = {};  ///< and of those that do not, after all
  bool freeze_norms = false;               ///< batch norms keep their statistics, weights and biases
  double layer_decay = 1;                  ///< of the rate from layer to layer, see layer_decay_rules()
  double body_lr_factor = 1;               ///< rate of all but the head, as a share of the head's

  bool operator==(const FineTuning&) const = default;
};

/// A network and its training as values that can be printed, varied and stored.
struct TrainingRecipe {
  std::string network = "tabular_resnet";  ///< a row of the registry
  /// Options of the network by name, as `to_json(ModelOptions)` writes them, but
  /// for those that the data gives: inputs, outputs, bins.
  nlohmann::json options = nlohmann::json::object();
  int64_t bins = 0;                     ///< of piecewise-linear embeddings: most bins a column
  Binning binning = Binning::quantile;  ///< and where they are cut
  TrainerOptions trainer = {};
  LossOptions loss = {};
  ImageRecipe image = {};
  FineTuning fine_tuning = {};
};

/// Recipes by name: `auto` and `paper` for tables, the others for images.
///
/// | recipe             | network                                         | training                                  |
/// |------------------|-------------------------------------------------|-------------------------------------------|
/// | `auto`           | 16 networks in one, 2 blocks, width 96, hidden factor 1, piecewise-linear embeddings | AdamW
/// 2e-3, decay 3e-4, clipped at 1, average of weights, up to 200 epochs, patience 16, 128 to 1024 rows a step by the
/// number of rows | | `paper`          | the registry's own: width 192, 4 blocks         | AdamW 1e-3, decay 1e-5, 20
/// epochs, 256 rows a step | | `image`          | `cifar_resnet20`, unless another is named       | SGD with Nesterov
/// 0.1, decay 5e-4, 15 epochs of cosine with 5 % warm-up, 128 a step; images as they are, for digits as for things | |
/// `cifar`          | `cifar_resnet20`                                | as `image`, on parts padded by 4 pixels,
/// flipped or not | | `torchvision-v1` | `resnet50`                                      | SGD 0.1 with momentum, decay
/// 1e-4, divided by 10 after each third of 90 epochs, 256 a step; resized parts, flipped or not | | `timm-a3`        |
/// `resnet50`                                      | LAMB 8e-3, decay 0.02 but for norms and biases, 100 epochs of
/// cosine with 5 % warm-up, 2048 a step; BCE, mixup 0.1, cutmix 1, RandAugment, resized parts at 160 pixels, measured
/// at 224 | | `finetune`       | `resnet50`                                      | SGD with Nesterov 0.01, decay 1e-4,
/// 20 epochs of cosine with 5 % warm-up, 64 a step; resized parts of a quarter of the image and more, flipped or not |
///
/// Source: `paper` Gorishniy et al. 2021, arXiv:2106.11959; `auto` after Gorishniy et al. 2024,
/// arXiv:2410.24210, and Holzmüller et al. 2024, arXiv:2407.04491; `cifar` He et al. 2015,
/// arXiv:1512.03385, section 4.2, with the cosine of Loshchilov and Hutter 2016; `torchvision-v1` the
/// recipe of torchvision's IMAGENET1K_V1 weights (references/classification); `timm-a3` Wightman et al.
/// 2021, arXiv:2110.00476, table 2; `finetune` after Kornblith et al. 2018, arXiv:1805.08974, section A.5.
/// Differs: `timm-a3` has torchvision's RandAugment at the same share of its range instead of timm's.
/// Throws: Error (usage) for another name.
TrainingRecipe training_recipe(std::string_view name, int64_t rows);

/// Trains by another kind of optimizer, with its usual values but for the weight decay, which stays; the same kind
/// changes nothing. LAMB also clips gradients at 1.
void choose_optimizer(TrainerOptions& options, OptimizerKind kind);

/// Reads the text of a Schedule, or of PlateauOptions. Throws: Error (usage).
void choose_schedule(TrainerOptions& options, std::string_view text);

/// What a run of the recipe depends on beside its trainer's options: a flat object
/// for TrainerOptions::settings.
nlohmann::ordered_json settings_of(const TrainingRecipe& recipe);

/// Builds the network of the recipe into `model`, whose preprocessing and target are
/// fitted: what the data says (columns, categories, outputs, the bins of the
/// training rows) completes the recipe's options, which win.
///
/// Throws: Error (usage) as create_model does, and for bins by a tree where several
/// columns are predicted.
void build_network(Model& model, const TrainingRecipe& recipe, const Dataset& rows);

/// Freezes what `tuning` says, and adds its rates to `rules`. The network must have its
/// weights, and its head.
/// Throws: Error (usage) for a pattern that names no parameter, and where nothing is left
/// to train.
void apply_fine_tuning(Network& network, const FineTuning& tuning, std::vector<ParameterRule>& rules);

}  // namespace reszoo
