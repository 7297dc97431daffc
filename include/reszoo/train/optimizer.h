/// What changes the weights: AdamW or SGD, all parameters in one pass.
#pragma once
#include <torch/nn/module.h>

#include <string>
#include <string_view>
#include <vector>

#include "reszoo/weights/state.h"

namespace reszoo {
namespace detail {
struct Segment;
}

enum class OptimizerKind {
  adamw,  ///< Loshchilov and Hutter 2017, arXiv:1711.05101
  sgd,    ///< with momentum, and Nesterov's on request
};

/// Reads `adamw` or `sgd`. Throws: Error (usage).
OptimizerKind parse_optimizer(std::string_view text);
std::string text_of(OptimizerKind kind);

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adamw;
  double lr = 1e-3;            ///< the base rate, which a Schedule scales
  double weight_decay = 1e-2;  ///< adamw: decoupled (times lr); sgd: added to the gradient
  double momentum = 0.9;       ///< of sgd; 0 keeps no state
  double beta1 = 0.9;          ///< of adamw
  double beta2 = 0.999;        ///< of adamw
  double eps = 1e-8;           ///< of adamw
  bool nesterov = false;       ///< of sgd
  /// Whether weight decay also acts on parameters of fewer than two dimensions:
  /// scales and shifts of norms, biases.
  bool decay_norms_and_biases = true;
};

/// Steps the parameters of a module, equal to torch.optim's AdamW and SGD.
///
/// State is kept by the parameter's name, so that a checkpoint survives another
/// order of construction. A parameter without gradient, or that requires none,
/// is skipped and has no state; freezing one between two steps is seen.
///
/// Keys: `exp_avg.<name> exp_avg_sq.<name> step.<name>` of adamw,
/// `momentum.<name>` of sgd.
/// Throws: Error (usage) at construction for an option out of its range.
class Optimizer {
 public:
  /// Keeps the module's parameters as they are now: make a new optimizer after
  /// a part was replaced.
  Optimizer(const nn::Module& module, const OptimizerOptions& options);

  /// One step at the rate `lr`.
  void step(double lr);

  void zero_grad();

  /// Scales all gradients together so that their 2-norm is at most `max_norm`.
  /// Differs: nothing from torch.nn.utils.clip_grad_norm_; does not wait for a device.
  void clip(double max_norm);

  /// The state by name; the tensors are shared with the optimizer.
  State state() const;

  /// Replaces the whole state by copies.
  /// Throws: Error (input) for a key or a shape that does not fit; the state
  /// stays as it was.
  void load(const State& state);

  const OptimizerOptions& options() const { return options_; }

 private:
  /// A parameter with its state; undefined tensors before its first step.
  struct Slot {
    std::string name;
    Tensor parameter;
    Tensor first;   ///< exp_avg, or momentum
    Tensor second;  ///< exp_avg_sq
    Tensor steps;   ///< float32 scalar on the parameter's device
  };
  struct Group;

  Tensor* place(Slot& slot, std::string_view role) const;
  Group group(bool decayed);
  static std::vector<detail::Segment> segments_of(const Group& group);
  void step_adamw(Group& group, double lr) const;
  void step_sgd(Group& group, double lr) const;

  OptimizerOptions options_;
  std::vector<Slot> slots_;
};

}  // namespace reszoo
