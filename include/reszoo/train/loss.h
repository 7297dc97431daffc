/// What training minimises.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "reszoo/preprocess/target.h"

namespace reszoo {

/// Any function with gradient: the loss of each row, (N), or the mean of a batch as a scalar. Rows of different weight
/// need the first.
using Loss = std::function<Tensor(const Tensor& outputs, const Tensor& targets)>;

/// The losses by name, for the targets that are numbers and for those that are classes.
///
/// | text            | of                 | loss                                                                    |
/// |-----------------|--------------------|-------------------------------------------------------------------------|
/// | `mse`           | regression         | the squared error                                                       |
/// | `mae`           | regression         | the absolute error                                                      |
/// | `huber`         | regression         | the square up to one standard deviation of the target, linear beyond    |
/// | `poisson`       | count              | exp(f) - y f, the only loss of counts: negative log likelihood of Poisson
/// without its constant | | `cross_entropy` | binary, multiclass | of one class out of all | | `bce`           |
/// binary, multiclass | binary cross-entropy of each class against the rest, mean over classes  | | `focal`,
/// `focal:gamma=G,alpha=A` | binary, multiclass | -(1 - p)^G log(p), p the probability of the true class, G = 2: little
/// of rows that are right already; of two classes maybe times A for class 1 and 1 - A for class 0 |
///
/// Source: Wightman et al. 2021, arXiv:2110.00476 (bce), as timm's BinaryCrossEntropy; Lin et al. 2017,
/// arXiv:1708.02002 (focal).
/// Differs: focal loss is of the softmax, as predictions are; Lin et al. take a sigmoid of each class, which for two
/// classes is the same.
struct LossOptions {
  std::string number = "mse";             ///< for `regression`
  std::string classes = "cross_entropy";  ///< for `binary` and `multiclass`
  double label_smoothing = 0;             ///< for `binary` and `multiclass`: share that is spread over all classes
  Loss custom = {};                       ///< a loss of your own instead of all of these

  /// Sets `number` or `classes`, whichever the text is a loss of; `poisson` is set as `number`, and refused by
  /// `loss_of` for a target that is not a count.
  /// Throws: Error (usage) for a text that is not in the table.
  void choose(std::string_view text);
};

/// The loss of each row for outputs and encoded targets as Target's table has them. k networks in one have outputs
/// (N, k, ...): the loss of a row is the mean over the k networks.
///
/// | task                | loss                                                    |
/// |---------------------|---------------------------------------------------------|
/// | regression          | LossOptions::number, mean over the targets              |
/// | quantile            | pinball: max(q (y - f), (q - 1) (y - f)), mean over q   |
/// | count               | `poisson`, mean over the targets                        |
/// | binary, multiclass  | LossOptions::classes                                    |
/// | ordinal             | binary cross-entropy of y > 0, y > 1, …, mean           |
/// | multilabel          | binary cross-entropy, mean over the targets             |
///
/// Targets of classes are (N) int64, or the share of each class, (N, classes), which only `cross_entropy` smooths.
/// Predictions are the softmax of the outputs, whichever loss trained them.
/// Throws: Error (usage) for a loss that is not of this task.
/// Source: Koenker and Bassett 1978 (pinball); Cheng, Wang and Pollastri 2008, arXiv:0704.1028 (ordinal).
Loss loss_of(const Target& target, const LossOptions& options = {});

/// The mean of `losses`, (N) or a scalar, over rows of these weights (N) or undefined: sum(w l) / sum(w).
/// Throws: Error (usage) for a scalar with weights.
Tensor mean_loss(const Tensor& losses, const Tensor& weights);

/// Weights (N) that give every class of `targets` (N) int64 the same sum: N / (classes * rows of the class), as
/// scikit-learn's "balanced".
Tensor balanced_weights(const Tensor& targets);

}  // namespace reszoo
