#include "reszoo/data/left_out.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "shown_name.h"

namespace reszoo {
namespace {

std::string with_mark(std::string_view kind, std::string_view mark) {
  const auto at = kind.find('*');
  if (at == std::string_view::npos) return std::string(kind);
  return fmt::format("{}{}{}", kind.substr(0, at), mark, kind.substr(at + 1));
}

}  // namespace

std::string counted(int64_t count, std::string_view kind) {
  return fmt::format("{} {}", count, with_mark(kind, count == 1 ? "" : "s"));
}

void LeftOut::add(std::string_view kind, const std::string& example, int64_t count) {
  if (count == 0) return;
  const auto found =
      std::find_if(groups_.begin(), groups_.end(), [&](const Group& group) { return group.kind == kind; });
  if (found != groups_.end()) found->count += count;
  else groups_.push_back({std::string(kind), count, example});
}

void LeftOut::add(const LeftOut& other) {
  for (const auto& group : other.groups_) add(group.kind, group.example, group.count);
}

int64_t LeftOut::count() const {
  int64_t all = 0;
  for (const auto& group : groups_) all += group.count;
  return all;
}

std::string LeftOut::text() const {
  std::vector<std::string> parts;
  for (const auto& [kind, count, example] : groups_) {
    const auto of = example.empty() ? "" : fmt::format(" ({}{})", shown_name(example), count > 1 ? ", …" : "");
    parts.push_back(counted(count, kind) + of);
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

nlohmann::ordered_json LeftOut::to_json() const {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& group : groups_) json[with_mark(group.kind, "")] = group.count;
  return json;
}

}  // namespace reszoo
