/// Describes a type of module: its name, its cost, and the primitive operations that it consists of.
#pragma once
#include <functional>
#include <string>
#include <typeindex>
#include <vector>

#include "reszoo/graph/operation.h"

namespace reszoo {

/// Appends the operations of one module. `ModuleType::lower` receives it.
class ModuleLowering {
 public:
  ModuleLowering(Operations& operations, const Node& node, size_t node_index)
      : operations_(operations), node_(node), node_index_(node_index) {}

  /// Adds an operation that reads the results of `inputs`. `child` is the path, relative to the module, of the layer
  /// that has the operation's weights; "" is the module itself.
  /// Returns: the index of the operation, for use as an input of the next one.
  size_t add(Primitive primitive, std::vector<size_t> inputs, const std::string& child = "");

  /// Adds the module itself as an opaque operation, for options that `lower` does not support. `reason` completes the
  /// sentence "... be written as ONNX".
  size_t add_module(size_t x, const std::string& reason = "");

 private:
  Operations& operations_;
  const Node& node_;
  size_t node_index_;
};

/// All that the library knows of a type of module. Every field but the name has a default, so a name alone is enough.
struct ModuleType {
  std::string name;  ///< name of its nodes in a `Graph`: "conv2d"
  /// Returns the multiply-adds of a call that has this output. Default: 0.
  std::function<int64_t(const nn::Module& module, const Tensor& output)> multiply_adds = {};
  /// Expresses the module by primitive operations. `x` is the operation with the module's input; returns the operation
  /// with its result. Fusion, ONNX and quantization follow from that. Default: the module runs as it is and cannot be
  /// written as ONNX.
  std::function<size_t(const nn::Module& module, ModuleLowering& to, size_t x)> lower = {};
  /// Whether the result for a sample depends on that sample alone (in evaluation mode), so that batches can be split.
  bool per_sample = true;
};

/// The same as `ModuleType`, but typed; this is what is registered.
template <typename Impl>
struct ModuleTypeOf {
  std::string name;
  std::function<int64_t(const Impl& module, const Tensor& output)> multiply_adds = {};
  std::function<size_t(const Impl& module, ModuleLowering& to, size_t x)> lower = {};
  bool per_sample = true;

  ModuleType untyped() && {
    ModuleType type{.name = std::move(name), .per_sample = per_sample};
    if (multiply_adds)
      type.multiply_adds = [count = std::move(multiply_adds)](const nn::Module& module, const Tensor& output) {
        return count(dynamic_cast<const Impl&>(module), output);
      };
    if (lower)
      type.lower = [lower = std::move(lower)](const nn::Module& module, ModuleLowering& to, size_t x) {
        return lower(dynamic_cast<const Impl&>(module), to, x);
      };
    return type;
  }
};

/// Registers a module type of your own, or replaces a registered one. Networks that are fused, exported or profiled
/// from then on use it. Safe to call from many threads.
///
///     register_module_type<SwishImpl>({
///         .name = "swish",
///         .lower = [](const SwishImpl&, ModuleLowering& to, size_t x) {
///           return to.add(ops::Activation{ops::Activation::Kind::silu}, {x});
///         },
///     });
///
/// Throws: Error (usage) if the name is empty.
void register_module_type(std::type_index type, ModuleType row);
template <typename Impl>
void register_module_type(ModuleTypeOf<Impl> row) {
  register_module_type(typeid(Impl), std::move(row).untyped());
}

/// Returns the registered type of the module, or nullptr.
std::shared_ptr<const ModuleType> module_type_of(const nn::Module& module);

/// Returns all registered types, sorted by name.
std::vector<std::shared_ptr<const ModuleType>> module_types();

}  // namespace reszoo
