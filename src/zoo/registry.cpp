#include "reszoo/zoo/registry.h"

#include <fnmatch.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

void check_options(const ModelInfo& info, const ModelOptions& options) {
  if (options.index() != default_options(info.domain).index())
    fail(ErrorKind::usage, "{}: takes options of {} networks, got those of {} networks", info.name,
         text_of(info.domain), text_of(info.domain == Domain::image ? Domain::tabular : Domain::image));
  const auto given = to_json(options);
  for (const auto& [name, value] : given.items())
    if (std::find(info.accepted_options.begin(), info.accepted_options.end(), name) == info.accepted_options.end())
      fail(ErrorKind::usage, "{}: takes no option \"{}\"; it takes {}", info.name, name,
           list(info.accepted_options, 20));
}

}  // namespace

void Registry::add(ModelInfo info) {
  if (!info.build) fail(ErrorKind::usage, "registry: model \"{}\" has no builder", info.name);
  for (const auto& row : rows_)
    if (row.name == info.name) fail(ErrorKind::usage, "registry: model \"{}\" is there already", info.name);
  rows_.push_back(std::move(info));
}

const ModelInfo& Registry::find(const std::string& name) const {
  for (const auto& row : rows_)
    if (row.name == name) return row;
  fail(ErrorKind::usage, "registry: no model \"{}\"{}", name, suggestion(name, names()));
}

bool Registry::contains(const std::string& name) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const auto& row) { return row.name == name; });
}

std::vector<std::string> Registry::names(std::string_view pattern) const {
  std::vector<std::string> found;
  for (const auto& row : rows_)
    if (fnmatch(std::string(pattern).c_str(), row.name.c_str(), 0) == 0) found.push_back(row.name);
  return found;
}

Registry& registry() {
  static Registry rows = [] {
    Registry filled;
    add_builtin_models(filled);
    return filled;
  }();
  return rows;
}

Network create_model(const std::string& name, const std::optional<ModelOptions>& options) {
  const auto& info = registry().find(name);
  const auto chosen = options.value_or(default_options(info.domain));
  check_options(info, chosen);
  return info.build(chosen);
}

}  // namespace reszoo
