/// What training makes small.
#pragma once
#include <string_view>

#include "reszoo/preprocess/target.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo {

/// The error of a number: its square, its absolute value, or Huber's: the square
/// up to one standard deviation of the target and linear beyond.
enum class NumberLoss { mse, mae, huber };

/// Reads `mse`, `mae` or `huber`. Throws: Error (usage).
NumberLoss parse_number_loss(std::string_view text);
std::string text_of(NumberLoss loss);

/// The loss of classes: cross-entropy of one class out of all, or binary cross-entropy of
/// each class against the rest, mean over the classes.
enum class ClassLoss { cross_entropy, bce };

/// Reads `cross_entropy` or `bce`. Throws: Error (usage).
ClassLoss parse_class_loss(std::string_view text);
std::string text_of(ClassLoss loss);

struct LossOptions {
  NumberLoss number = NumberLoss::mse;           ///< of `regression`
  ClassLoss classes = ClassLoss::cross_entropy;  ///< of `binary` and `multiclass`
  double label_smoothing = 0;                    ///< of `binary` and `multiclass`: share spread over all classes

  /// Sets the loss that `text` names, of numbers or of classes. Throws: Error (usage).
  void choose(std::string_view text);
};

/// The loss of each row for outputs and encoded targets as Target's table has
/// them. Of k networks in one, (N, k, …), each has its own loss; a row's is their mean.
///
/// | task                | loss                                                    |
/// |---------------------|---------------------------------------------------------|
/// | regression          | LossOptions::number, mean over the targets              |
/// | quantile            | pinball: max(q (y - f), (q - 1) (y - f)), mean over q   |
/// | binary, multiclass  | LossOptions::classes                                    |
/// | ordinal             | binary cross-entropy of y > 0, y > 1, …, mean           |
/// | multilabel          | binary cross-entropy, mean over the targets             |
///
/// Targets of classes are (N) int64, or the share of each class, (N, classes), which is not
/// smoothed by `bce`. Predictions are softmax of the outputs, also behind `bce`.
/// Source: Koenker and Bassett 1978 (pinball); Cheng, Wang and Pollastri 2008,
/// arXiv:0704.1028 (ordinal); Wightman et al. 2021, arXiv:2110.00476 (bce), as timm's
/// BinaryCrossEntropy.
Loss loss_of(const Target& target, const LossOptions& options = {});

/// The mean of `losses`, (N) or a scalar, over rows of these weights (N) or undefined:
/// sum(w l) / sum(w). Throws: Error (usage) for a scalar with weights.
Tensor mean_loss(const Tensor& losses, const Tensor& weights);

/// Weights (N) that give every class of `targets` (N) int64 the same sum:
/// N / (classes * rows of the class), as scikit-learn's "balanced".
Tensor balanced_weights(const Tensor& targets);

}  // namespace reszoo
