#include "reszoo/base/names.h"

namespace reszoo {

std::string alternatives(const std::vector<std::string>& names) {
  if (names.size() < 2) return names.empty() ? "" : names.front();
  return fmt::format("{} or {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

void refuse_name(std::string_view subject, const std::vector<std::string>& names, std::string_view text) {
  fail(ErrorKind::usage, "{}: must be {}, got \"{}\"{}", subject, alternatives(names), text, suggestion(text, names));
}

}  // namespace reszoo
