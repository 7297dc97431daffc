/// Loss functions.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "reszoo/preprocess/target.h"

namespace reszoo {

/// Any differentiable function that returns the loss of each row, (N), or the mean of a batch as a scalar. Sample
/// weights need the loss of each row.
using Loss = std::function<Tensor(const Tensor& outputs, const Tensor& targets)>;

/// The losses by name, for numeric targets and for classes.
///
/// | text                    | task               | loss                                                         |
/// |-------------------------|--------------------|--------------------------------------------------------------|
/// | `mse`                   | regression         | squared error                                                |
/// | `mae`                   | regression         | absolute error                                               |
/// | `huber`                 | regression         | quadratic up to 1 standard deviation of the target, then linear |
/// | `poisson`               | count              | exp(f) - y f                                                 |
/// | `cross_entropy`         | binary, multiclass | softmax cross-entropy                                        |
/// | `bce`                   | binary, multiclass | binary cross-entropy of one class vs. rest, mean over classes |
/// | `focal`                 | binary, multiclass | -(1 - p)^G log(p), p: probability of the true class; G = 2   |
/// | `focal:gamma=G,alpha=A` | binary, multiclass | with A: times A for class 1 and 1 - A for class 0            |
///
/// `poisson` is the only loss of counts: the Poisson negative log-likelihood without its constant. `focal` gives little
/// weight to rows that are already predicted well; `alpha` is optional and only for two classes.
///
/// Source: Wightman et al. 2021, arXiv:2110.00476 (bce), as timm's BinaryCrossEntropy; Lin et al. 2017,
/// arXiv:1708.02002 (focal).
/// Differs: focal loss uses the softmax, as predictions do. Lin et al. use a sigmoid per class, which is equivalent for
/// two classes.
struct LossOptions {
  std::string number = "mse";             ///< for `regression`
  std::string classes = "cross_entropy";  ///< for `binary` and `multiclass`
  double label_smoothing = 0;  ///< for `binary` and `multiclass`: probability that is spread over all classes
  Loss custom = {};            ///< a loss of your own, used instead of the above

  /// Sets `number` or `classes`, depending on the kind of loss that the text names. `poisson` sets `number`; `loss_of`
  /// rejects it for a target that is not a count.
  /// Throws: Error (usage) for a text that is not in the table.
  void choose(std::string_view text);
};

/// Returns the loss of each row, for outputs and encoded targets as in the table of Target. Ensembles of k networks
/// have outputs (N, k, ...); the loss of a row is the mean over the k networks.
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
/// Class targets are (N) int64, or class probabilities (N, classes), to which only `cross_entropy` applies label
/// smoothing. Predictions are the softmax of the outputs, whichever loss trained them.
/// Throws: Error (usage) for a loss that does not fit the task.
/// Source: Koenker and Bassett 1978 (pinball); Cheng, Wang and Pollastri 2008, arXiv:0704.1028 (ordinal).
Loss loss_of(const Target& target, const LossOptions& options = {});

/// Returns the weighted mean of `losses`, (N) or a scalar: sum(w l) / sum(w). `weights` are (N) or undefined.
/// Throws: Error (usage) for a scalar with weights.
Tensor mean_loss(const Tensor& losses, const Tensor& weights);

/// Returns sample weights (N) with which every class of `targets`, (N) int64, has the same total weight: N / (classes *
/// rows of the class), as scikit-learn's "balanced".
Tensor balanced_weights(const Tensor& targets);

}  // namespace reszoo
