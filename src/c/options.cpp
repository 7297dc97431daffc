#include "options.h"

namespace reszoo::c {

Options::Options(const char* text) {
  if (text == nullptr) return;
  json_ = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json_.is_object()) fail(ErrorKind::usage, "options: a JSON object is expected, got {}", text);
}

std::vector<std::string> Options::take_texts(const char* name) {
  const auto found = json_.find(name);
  if (found != json_.end() && found->is_string()) return {*take<std::string>(name)};
  return take<std::vector<std::string>>(name).value_or(std::vector<std::string>{});
}

void Options::finish() const {
  for (const auto& item : json_.items())
    if (!known_.contains(item.key()))
      fail(ErrorKind::usage, "options: \"{}\" is not known; known are {}", item.key(), fmt::join(known_, ", "));
}

}  // namespace reszoo::c
