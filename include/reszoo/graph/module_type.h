/// What a type of module means, as one row of a table.
#pragma once
#include <functional>
#include <string>
#include <typeindex>
#include <vector>

#include "reszoo/graph/operation.h"

namespace reszoo {

/// Appends the operations of one module. What a row's `lower` is given.
class ModuleLowering {
 public:
  ModuleLowering(Operations& operations, const Node& node, size_t node_index)
      : operations_(operations), node_(node), node_index_(node_index) {}

  /// Adds an operation that reads these operations. `child` is the path, from the module on, of the layer that has
  /// its weights; "" is the module itself.
  /// Returns: the operation, as input of the next one.
  size_t add(Primitive primitive, std::vector<size_t> inputs, const std::string& child = "");

  /// Adds the module itself, for options that the row does not know. `reason` completes "... be written as ONNX".
  size_t add_module(size_t x, const std::string& reason = "");

 private:
  Operations& operations_;
  const Node& node_;
  size_t node_index_;
};

/// A row: all that the library knows of a type of module. What is left out has a fallback, so that a row of a name
/// alone is enough.
struct ModuleType {
  std::string name;  ///< of its nodes in a `Graph`: "conv2d"
  /// Multiply-adds of a call with this output; without it they count as 0.
  std::function<int64_t(const nn::Module& module, const Tensor& output)> multiply_adds = {};
  /// Expresses the module by primitive operations, from the operation that holds its input to the one that holds its
  /// result. Fusion, ONNX and quantization follow from that; without it the module runs as it is, and has no ONNX.
  std::function<size_t(const nn::Module& module, ModuleLowering& to, size_t x)> lower = {};
  /// Whether the result of a sample depends on that sample alone (in evaluation mode), so that batches can be split.
  bool per_sample = true;
};

/// The same, typed, as it is registered.
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

/// Adds the row of a type of your own, or replaces one that is there. Networks that are fused, exported or profiled
/// from then on know it. Safe to call from many threads.
///
///     register_module_type<SwishImpl>({
///         .name = "swish",
///         .lower = [](const SwishImpl&, ModuleLowering& to, size_t x) {
///           return to.add(ops::Activation{ops::Activation::Kind::silu}, {x});
///         },
///     });
///
/// Throws: Error (usage) for a row without a name.
void register_module_type(std::type_index type, ModuleType row);
template <typename Impl>
void register_module_type(ModuleTypeOf<Impl> row) {
  register_module_type(typeid(Impl), std::move(row).untyped());
}

/// The row of the module's type, or nullptr.
std::shared_ptr<const ModuleType> module_type_of(const nn::Module& module);

/// All rows, by name.
std::vector<std::shared_ptr<const ModuleType>> module_types();

}  // namespace reszoo
