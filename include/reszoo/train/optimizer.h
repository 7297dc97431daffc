/// Optimizers, which step all parameters in one pass.
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
  sgd,      ///< with momentum, and Nesterov's on request
  adam,     ///< Kingma and Ba 2014, arXiv:1412.6980
  rmsprop,  ///< Tieleman and Hinton 2012, lecture 6.5, with momentum on request
  lamb,     ///< You et al. 2019, arXiv:1904.00962: for large batches
  lion,     ///< Chen et al. 2023, arXiv:2302.06675: the sign of a momentum
};

/// Reads `adamw sgd adam rmsprop lamb lion`. Throws: Error (usage).
OptimizerKind parse_optimizer(std::string_view text);
std::string text_of(OptimizerKind kind);

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adamw;
  double lr = 1e-3;            ///< the base rate, which a Schedule scales
  double weight_decay = 1e-2;  ///< adamw, lion: decoupled (times lr); lamb: added to the update; else to the gradient
  double momentum = 0.9;       ///< for sgd and rmsprop; 0 keeps no state
  double beta1 = 0.9;          ///< for adamw, adam, lamb and lion
  double beta2 = 0.999;        ///< for adamw, adam, lamb and lion
  double eps = 1e-8;           ///< for adamw, adam, rmsprop and lamb
  bool nesterov = false;       ///< for sgd
  /// Whether weight decay also acts on parameters of fewer than two dimensions:
  /// scales and shifts of norms, biases.
  bool decay_norms_and_biases = true;
  double alpha = 0.99;                    ///< for rmsprop: decay of the mean of squared gradients
  std::vector<ParameterRule> rules = {};  ///< other rates and decays by name, see resolve_rules

  /// The customary values for this kind. They differ from the above in: sgd lr 0.1; rmsprop lr 1e-2, no momentum; lamb
  /// eps 1e-6; lion lr 1e-4, beta2 0.99.
  static OptimizerOptions defaults(OptimizerKind kind);
};

/// Steps the parameters of a module, equal to torch.optim's AdamW, SGD, Adam and RMSprop
/// and to timm's Lamb and Lion.
///
/// The state is kept by the parameter's name, so that a checkpoint does not depend on the order of construction. A
/// parameter without gradient, or that requires none, is skipped and has no state; one may be frozen between two steps.
///
/// | kind          | keys of the state, `<key>.<name>` |
/// |---------------|-----------------------------------|
/// | `adamw adam`  | `exp_avg exp_avg_sq step`         |
/// | `sgd`         | `momentum`                        |
/// | `rmsprop`     | `square_avg momentum`             |
/// | `lamb`        | `exp_avg exp_avg_sq step`         |
/// | `lion`        | `exp_avg`                         |
///
/// Differs: timm's Lamb clips the gradients itself, to a norm of 1; here `clip` does, as for the other kinds. Steps are
/// counted by parameter, not by group.
/// Throws: Error (usage) at construction for an option out of its range, and for a rule
/// that names no parameter.
class Optimizer {
 public:
  /// Keeps the module's parameters as they are now: make a new optimizer after
  /// a part was replaced.
  Optimizer(const nn::Module& module, const OptimizerOptions& options);

  /// One step at the rate `lr`, times the factor of each parameter's rules.
  void step(double lr);

  void zero_grad();

  /// The 2-norm of all gradients together, a scalar on their device; does not wait for the device. Not finite if any
  /// gradient is not; 0 without any gradient.
  Tensor gradient_norm() const;

  /// Multiplies all gradients.
  void scale_gradients(double factor);

  /// Scales all gradients together so that their 2-norm is at most `max_norm`, and returns the norm before. Pass `norm`
  /// if you have it already.
  /// Differs: nothing from torch.nn.utils.clip_grad_norm_; does not wait for a device.
  Tensor clip(double max_norm) { return clip(max_norm, gradient_norm()); }
  Tensor clip(double max_norm, const Tensor& norm);

  /// The state by name; the tensors are shared with the optimizer.
  StateDict state() const;

  /// Replaces the whole state by copies.
  /// Throws: Error (input) for a key or a shape that does not fit; the state
  /// stays as it was.
  void load(const StateDict& state);

  const OptimizerOptions& options() const { return options_; }

 private:
  /// A parameter with its factor and decay, and its state: a tensor for each of the kind's keys, none before its first
  /// step.
  struct Slot {
    std::string name;
    Tensor parameter;
    double lr_factor, weight_decay;
    std::vector<Tensor> state;
  };

  void add(const std::string& name, const Tensor& parameter);
  detail::StepGroup group(const std::vector<size_t>& slots);
  std::vector<Tensor> gradients() const;

  OptimizerOptions options_;
  std::vector<std::string_view> roles_;
  std::vector<Slot> slots_;
  std::vector<std::vector<size_t>> groups_;  ///< slots of equal factor and decay
};

}  // namespace reszoo
