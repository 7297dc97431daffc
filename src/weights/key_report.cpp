#include "reszoo/weights/key_report.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "reszoo/base/text.h"

namespace reszoo {

std::string KeyReport::text() const {
  constexpr size_t kShown = 3;
  auto text = fmt::format("{} keys loaded", loaded.size());
  const auto add = [&](const char* what, const std::vector<std::string>& keys) {
    if (!keys.empty()) text += fmt::format(", {} {} ({})", keys.size(), what, list(keys, kShown));
  };
  add("missing", missing);
  add("unexpected", unexpected);
  std::vector<std::string> shapes;
  for (const auto& m : mismatched)
    shapes.push_back(fmt::format("{} [{}] in the network, [{}] in the file", m.key, fmt::join(m.expected, ", "),
                                 fmt::join(m.found, ", ")));
  add("of another shape", shapes);
  add("ignored", ignored);
  add("renewed", adapted);
  return text;
}

nlohmann::json to_json(const KeyReport& report) {
  nlohmann::json mismatched = nlohmann::json::array();
  for (const auto& m : report.mismatched)
    mismatched.push_back({{"key", m.key}, {"expected", m.expected}, {"found", m.found}});
  return {{"loaded", report.loaded.size()}, {"missing", report.missing},   {"unexpected", report.unexpected},
          {"ignored", report.ignored},      {"adapted", report.adapted},   {"mismatched", mismatched}};
}

}  // namespace reszoo
