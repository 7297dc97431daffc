/// Optimizers that step all parameters in one pass.
#pragma once
#include <torch/nn/module.h>

#include <string>
#include <string_view>
#include <vector>

#include "reszoo/train/parameter_rules.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {
namespace detail {
struct StepGroup;
}

enum class OptimizerKind {
  adamw,    ///< Loshchilov and Hutter 2017, arXiv:1711.05101
  sgd,      ///< optional momentum and Nesterov momentum
  adam,     ///< Kingma and Ba 2014, arXiv:1412.6980
  rmsprop,  ///< Tieleman and Hinton 2012, lecture 6.5; optional momentum
  lamb,     ///< You et al. 2019, arXiv:1904.00962: for large batches
  lion,     ///< Chen et al. 2023, arXiv:2302.06675: the sign of a momentum
  muon,     ///< Jordan et al. 2024: an orthogonal momentum for the matrices of linear layers, AdamW for the rest
};

/// Parses `adamw sgd adam rmsprop lamb lion muon`.
/// Throws: Error (usage) for any other text.
OptimizerKind parse_optimizer(std::string_view text);
std::string text_of(OptimizerKind kind);

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adamw;
  double lr = 1e-3;  ///< base learning rate, which a Schedule scales
  double weight_decay =
      1e-2;  ///< adamw, lion, muon: decoupled (times lr); lamb: added to the update; others: added to the gradient
  double momentum = 0.9;  ///< for sgd and rmsprop; 0: no momentum and no state for it; for the matrices of muon
  double beta1 = 0.9;     ///< for adamw, adam, lamb, lion and muon
  double beta2 = 0.999;   ///< for adamw, adam, lamb, lion and muon
  double eps = 1e-8;      ///< for adamw, adam, rmsprop, lamb and muon
  bool nesterov = false;  ///< for sgd
  /// Whether weight decay also applies to parameters with fewer than two dimensions: scales and shifts of norms,
  /// biases.
  bool decay_norms_and_biases = true;
  double alpha = 0.99;                    ///< for rmsprop: decay of the mean of squared gradients
  std::vector<ParameterRule> rules = {};  ///< learning rates and weight decays by parameter name, see resolve_rules

  /// Returns the usual values for this kind. They differ from those above in: sgd lr 0.1; rmsprop lr 1e-2, no momentum;
  /// lamb eps 1e-6; lion lr 1e-4, beta2 0.99; muon momentum 0.95.
  static OptimizerOptions defaults(OptimizerKind kind);
};

/// Steps the parameters of a module. Results equal those of torch.optim's AdamW, SGD, Adam, RMSprop and Muon and of
/// timm's Lamb and Lion.
///
/// The state is stored by parameter name, so a checkpoint does not depend on the order of construction. A parameter
/// that has no gradient or requires none is skipped and has no state; parameters may be frozen between two steps.
///
/// | kind          | keys of the state, `<key>.<name>` |
/// |---------------|-----------------------------------|
/// | `adamw adam`  | `exp_avg exp_avg_sq step`         |
/// | `sgd`         | `momentum`                        |
/// | `rmsprop`     | `square_avg momentum`             |
/// | `lamb`        | `exp_avg exp_avg_sq step`         |
/// | `lion`        | `exp_avg`                         |
/// | `muon`        | `exp_avg exp_avg_sq step`         |
///
/// Muon's matrices are the parameters of two dimensions named `weight`; of their state only `exp_avg` is used, the
/// momentum. Their updates are scaled to the size of AdamW's (match_rms_adamw in PyTorch; Liu et al. 2025,
/// arXiv:2502.16982), so that one learning rate serves all parameters.
///
/// Differs: PyTorch's Muon orthogonalises in bfloat16, ours in the parameter's type. timm's Lamb clips the gradients
/// itself, to a norm of 1; here `clip` does, as for the other kinds. Steps are counted per parameter, not per group.
/// Throws: Error (usage) at construction for an option out of its range, and for a rule that matches no parameter.
class Optimizer {
 public:
  /// Uses the module's current parameters. Create a new optimizer after replacing a part of the module.
  Optimizer(const nn::Module& module, const OptimizerOptions& options);

  /// Does one step with the learning rate `lr`, times the factor of each parameter's rules.
  void step(double lr);

  void zero_grad();

  /// Returns the 2-norm of all gradients together as a scalar tensor on their device, without waiting for the device.
  /// It is not finite if any gradient is not, and 0 without gradients.
  Tensor gradient_norm() const;

  /// Multiplies all gradients by `factor`.
  void scale_gradients(double factor);

  /// Scales all gradients together so that their 2-norm is at most `max_norm`, and returns the norm before scaling.
  /// Pass `norm` if you already have it. Equal to torch.nn.utils.clip_grad_norm_; does not wait for the device.
  Tensor clip(double max_norm) { return clip(max_norm, gradient_norm()); }
  Tensor clip(double max_norm, const Tensor& norm);

  /// Returns the state by name; the tensors are shared with the optimizer.
  StateDict state() const;

  /// Replaces the whole state by copies.
  /// Throws: Error (input) for a key or a shape that does not fit; the state then stays unchanged.
  void load(const StateDict& state);

  const OptimizerOptions& options() const { return options_; }

 private:
  /// A parameter with its learning-rate factor, its weight decay and its state: one tensor for each key of the kind,
  /// none before the parameter's first step.
  struct Slot {
    std::string name;
    Tensor parameter;
    bool matrix;  ///< for muon
    double lr_factor, weight_decay;
    std::vector<Tensor> state;
  };

  void add(const std::string& name, const Tensor& parameter);
  detail::StepGroup group(const std::vector<size_t>& slots);
  std::vector<Tensor> gradients() const;

  OptimizerOptions options_;
  std::vector<std::string_view> roles_;
  std::vector<Slot> slots_;
  std::vector<std::vector<size_t>> groups_;  ///< slots with equal factor and weight decay
};

}  // namespace reszoo
