/// The module types that the library itself registers, grouped by file.
#pragma once
#include <memory>
#include <typeindex>
#include <unordered_map>

#include "reszoo/graph/module_type.h"

namespace reszoo::detail {

/// Descriptions of module types, by the C++ type of the module.
class ModuleTypes {
 public:
  template <typename Impl>
  void add(ModuleTypeOf<Impl> row) {
    rows[typeid(Impl)] = std::make_shared<const ModuleType>(std::move(row).untyped());
  }

  std::unordered_map<std::type_index, std::shared_ptr<const ModuleType>> rows;
};

void add_layer_types(ModuleTypes& types);       ///< convolutions and linear layers
void add_norm_types(ModuleTypes& types);        ///< norms
void add_activation_types(ModuleTypes& types);  ///< activations
void add_pool_types(ModuleTypes& types);        ///< pools, padding, and modules that change shapes
void add_attention_types(ModuleTypes& types);   ///< channel attention
void add_dropout_types(ModuleTypes& types);     ///< modules that do nothing in inference
void add_table_types(ModuleTypes& types);       ///< modules that read table rows

/// Calls the function with a sequence (N, C, L) as a map of one row, and with anything else as it is.
template <typename Function>
Tensor on_maps(const Tensor& x, const Function& function) {
  return x.dim() == 3 ? function(x.unsqueeze(2)).squeeze(2) : function(x);
}

}  // namespace reszoo::detail
