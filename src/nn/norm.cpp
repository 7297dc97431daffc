#include "reszoo/nn/norm.h"

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <algorithm>
#include <deque>
#include <mutex>

#include "reszoo/base/names.h"
#include "reszoo/base/number.h"
#include "reszoo/nn/evo_norm2d.h"
#include "reszoo/nn/filter_response_norm2d.h"
#include "reszoo/nn/layer_norm2d.h"

namespace reszoo {
namespace {

AnyModule identity(const NormShape&) { return AnyModule(nn::Identity()); }
AnyModule batch_norm1d(const NormShape& shape) { return AnyModule(nn::BatchNorm1d(shape.channels)); }

/// Also builds the layer norm over all dimensions but N, which is a group norm with one group per member.
AnyModule group_norm(const NormShape& shape) {
  const int64_t groups = std::max<int64_t>(shape.groups, 1) * shape.members;
  return AnyModule(nn::GroupNorm(nn::GroupNormOptions(groups, shape.channels)));
}

AnyModule layer_norm(const NormShape& shape) {
  return shape.members > 1 ? group_norm(shape) : AnyModule(nn::LayerNorm(nn::LayerNormOptions({shape.channels})));
}

/// The table of norms. To add a norm to reszoo, add a row here.
std::deque<NormRow> built_in_norms() {
  return {
      {.name = "batch",
       .features = batch_norm1d,
       .sequences = batch_norm1d,
       .images = [](const NormShape& shape) { return AnyModule(nn::BatchNorm2d(shape.channels)); },
       .modules = {typeid(nn::BatchNorm1dImpl), typeid(nn::BatchNorm2dImpl)}},
      {.name = "group",
       .takes_groups = true,
       .features = group_norm,
       .sequences = group_norm,
       .images = group_norm,
       .modules = {typeid(nn::GroupNormImpl)}},
      {.name = "layer",
       .features = layer_norm,
       .sequences = group_norm,
       .images = group_norm,
       .modules = {typeid(nn::LayerNormImpl), typeid(nn::GroupNormImpl)}},
      {.name = "layer2d",
       .images =
           [](const NormShape& shape) {
             return AnyModule(LayerNorm2d(LayerNorm2dOptions{.channels = shape.channels}));
           },
       .modules = {typeid(LayerNorm2dImpl)}},
      {.name = "instance",
       .sequences =
           [](const NormShape& shape) {
             return AnyModule(nn::InstanceNorm1d(nn::InstanceNorm1dOptions(shape.channels).affine(true)));
           },
       .images =
           [](const NormShape& shape) {
             return AnyModule(nn::InstanceNorm2d(nn::InstanceNorm2dOptions(shape.channels).affine(true)));
           },
       .modules = {typeid(nn::InstanceNorm1dImpl), typeid(nn::InstanceNorm2dImpl)}},
      {.name = "evo",
       .takes_groups = true,
       .is_activation = true,
       .images =
           [](const NormShape& shape) {
             return AnyModule(EvoNorm2d(EvoNorm2dOptions{.channels = shape.channels, .groups = shape.groups}));
           },
       .modules = {typeid(EvoNorm2dImpl)}},
      {.name = "response",
       .is_activation = true,
       .images =
           [](const NormShape& shape) {
             return AnyModule(FilterResponseNorm2d(FilterResponseNorm2dOptions{.channels = shape.channels}));
           },
       .modules = {typeid(FilterResponseNorm2dImpl)}},
      {.name = "none", .features = identity, .sequences = identity, .images = identity},
  };
}

/// reszoo's norms and those that the program added. A row is never moved or removed.
struct NormTable {
  std::mutex mutex;
  std::deque<NormRow> rows = built_in_norms();
};

NormTable& norm_table() {
  static NormTable table;
  return table;
}

/// Returns the first row for which `holds(row)`, or nullptr.
template <typename Holds>
const NormRow* find_norm(const Holds& holds) {
  auto& table = norm_table();
  const std::lock_guard lock(table.mutex);
  const auto found = std::find_if(table.rows.begin(), table.rows.end(), holds);
  return found == table.rows.end() ? nullptr : &*found;
}

const NormRow* find_norm_row(std::string_view name) {
  return find_norm([&](const NormRow& row) { return row.name == name; });
}

const NormRow& norm_row(std::string_view name) {
  if (const auto* row = find_norm_row(name)) return *row;
  refuse_name("Norm", norm_names(), name);
}

const NormBuilder& builder_of(const NormRow& row, Layout layout) {
  switch (layout) {
    case Layout::features: return row.features;
    case Layout::sequences: return row.sequences;
    case Layout::images: return row.images;
  }
  fail(ErrorKind::usage, "Norm: unknown layout {}", static_cast<int>(layout));
}

[[noreturn]] void refuse_layout(const NormRow& row, const Norm& norm, Layout layout) {
  std::vector<std::string> taken;
  for (const auto other : {Layout::features, Layout::sequences, Layout::images})
    if (builder_of(row, other)) taken.push_back(text_of(other) + " " + shape_text(other));
  fail(ErrorKind::usage, "Norm: {} needs {}, got {} {}; use layer", norm.text(), alternatives(taken), text_of(layout),
       shape_text(layout));
}

}  // namespace

Norm Norm::parse(std::string_view text) {
  const auto colon = text.find(':');
  const bool has_groups = colon != std::string_view::npos;
  if (const auto* row = find_norm_row(text.substr(0, colon)); row && row->takes_groups == has_groups) {
    if (!has_groups) return {row->name};
    const auto count = number_in_text<int64_t>(text.substr(colon + 1));
    if (count && *count > 0) return {row->name, *count};
  }
  refuse_name("Norm", norm_names(), text);
}

std::string Norm::text() const { return groups == 0 ? name : fmt::format("{}:{}", name, groups); }

AnyModule Norm::build(int64_t width, Layout layout, int64_t members) const {
  const auto& row = norm_row(name);
  const auto& builder = builder_of(row, layout);
  if (!builder) refuse_layout(row, *this, layout);
  if (row.takes_groups && groups < 1) fail(ErrorKind::usage, "Norm: groups must be positive, got groups={}", groups);
  if (row.takes_groups && width % groups != 0)
    fail(ErrorKind::usage, "Norm: groups must divide width, got groups={}, width={}", groups, width);
  return builder({.channels = width * members, .groups = row.takes_groups ? groups : 0, .members = members});
}

bool Norm::is_activation() const { return norm_row(name).is_activation; }

void register_norm(NormRow row) {
  if (row.name.empty() || row.name.find(':') != std::string::npos)
    fail(ErrorKind::usage, "register_norm: a name must be a word without a colon, got \"{}\"", row.name);
  if (!row.features && !row.sequences && !row.images)
    fail(ErrorKind::usage, "register_norm: \"{}\" needs a builder for features, sequences or images", row.name);
  auto& table = norm_table();
  const std::lock_guard lock(table.mutex);
  for (const auto& other : table.rows)
    if (other.name == row.name) fail(ErrorKind::usage, "register_norm: \"{}\" is there already", row.name);
  table.rows.push_back(std::move(row));
}

std::vector<std::string> norm_names() {
  auto& table = norm_table();
  const std::lock_guard lock(table.mutex);
  std::vector<std::string> names;
  for (const auto& row : table.rows) names.push_back(row.takes_groups ? row.name + ":<groups>" : row.name);
  return names;
}

const NormRow* norm_row_of(const nn::Module& module) {
  const std::type_index type = typeid(module);
  return find_norm(
      [&](const NormRow& row) { return std::find(row.modules.begin(), row.modules.end(), type) != row.modules.end(); });
}

}  // namespace reszoo
