/// A network: a body of named steps, pooling, and a named head.
#pragma once
#include <string>
#include <vector>

#include "reszoo/nn/norm.h"
#include "reszoo/nn/residual_block.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// The input shape of a network: (N, channels), (N, channels, L) or (N, channels, H, W).
struct InputSpec {
  Layout layout = Layout::images;
  int64_t channels = 3;
  std::string text() const;  ///< "(N, 3, H, W)"
};

/// The parts of a Network.
struct NetworkParts {
  std::string name;  ///< "resnet50"; used in messages
  InputSpec input = {};
  Steps body = {};  ///< from the input to feature maps (N, C, h, w), to (N, C, l) or to (N, C)
  Steps pool = {};  ///< from the output of the body to (N, C)
  NamedStep head;   ///< from (N, C) to (N, outputs); an Identity if the network has no head
  /// The path of the last linear layer, which is in the head or is the head: "fc", "classifier.6", "output.linear".
  /// Only this layer is replaced to change the number of classes.
  std::string classifier = {};
};

/// y = head(pool(body(x))).
///
/// Shape: `input_spec()` to (N, outputs).
/// Keys: `<step>.*` of the body's steps, then of the head.
/// Throws: Error (input) in forward if rank or channels of x are wrong.
class NetworkImpl : public Composite {
 public:
  explicit NetworkImpl(NetworkParts parts);

  Tensor forward(const Tensor& x);

  /// Returns the input of the head: (N, C).
  Tensor features(const Tensor& x);

  /// Returns the outputs of the named steps, in the order of the names. A name is a step of the body ("layer2") or,
  /// with dots, a step of a Chain in it ("features.5"). Steps after the last named one are not run.
  /// Throws: Error (usage) for a name that is no step.
  std::vector<Tensor> features(const Tensor& x, const std::vector<std::string>& names);

  /// Returns the output of the body before pooling: (N, C, h, w), (N, C, l) or (N, C).
  Tensor forward_features(const Tensor& x);

  /// Checks rank, channels and dtype of an input, as forward does.
  /// Throws: Error (input).
  void check_input(const Tensor& x) const;

  /// Checks names of steps, as `features` does.
  /// Throws: Error (usage) for a name that is no step.
  void check_steps(const std::vector<std::string>& names) const;

  /// Replaces the head. With an Identity, `forward` returns the features.
  template <typename Module>
  void replace_head(Module module) {
    replace_child(parts_.head.name(), as_any(std::move(module)));
  }

  /// Whether the head is anything but an Identity.
  bool has_head() const;

  const std::string& name() const { return parts_.name; }
  const InputSpec& input_spec() const { return parts_.input; }
  const std::string& head_path() const { return parts_.head.name(); }
  const std::string& classifier_path() const { return parts_.classifier; }
  NetworkParts& parts() { return parts_; }
  const NetworkParts& parts() const { return parts_; }

  AnyModule* child(const std::string& name) override;
  std::shared_ptr<nn::Module> clone(const std::optional<torch::Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& stream) const override { stream << "Network " << parts_.name; }

 private:
  NetworkParts parts_;
};
TORCH_MODULE(Network);

/// Returns a deep copy as a holder of the same type; `clone_steps` says what is kept.
template <typename Holder>
Holder deep_copy(const Holder& holder, const std::optional<torch::Device>& device = std::nullopt) {
  return Holder(
      std::dynamic_pointer_cast<typename Holder::ContainedType>(clone_module(AnyModule(holder), device).ptr()));
}

}  // namespace reszoo
