#include "reszoo/graph/module_type.h"

#include <algorithm>
#include <mutex>

#include "graph/module_types.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

struct ModuleTable {
  std::mutex mutex;
  detail::ModuleTypes types;

  ModuleTable() {
    detail::add_layer_types(types);
    detail::add_norm_types(types);
    detail::add_activation_types(types);
    detail::add_pool_types(types);
    detail::add_attention_types(types);
    detail::add_dropout_types(types);
    detail::add_table_types(types);
  }
};

ModuleTable& module_table() {
  static ModuleTable table;
  return table;
}

}  // namespace

void register_module_type(std::type_index type, ModuleType row) {
  if (row.name.empty()) fail(ErrorKind::usage, "register_module_type: a row needs a name");
  auto& table = module_table();
  const std::lock_guard lock(table.mutex);
  table.types.rows[type] = std::make_shared<const ModuleType>(std::move(row));
}

std::shared_ptr<const ModuleType> module_type_of(const nn::Module& module) {
  auto& table = module_table();
  const std::lock_guard lock(table.mutex);
  const auto found = table.types.rows.find(typeid(module));
  return found == table.types.rows.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const ModuleType>> module_types() {
  auto& table = module_table();
  const std::lock_guard lock(table.mutex);
  std::vector<std::shared_ptr<const ModuleType>> all;
  for (const auto& [type, row] : table.types.rows) all.push_back(row);
  std::ranges::sort(all, {}, [](const auto& row) -> const std::string& { return row->name; });
  return all;
}

}  // namespace reszoo
