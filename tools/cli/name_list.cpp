#include "name_list.h"

#include <algorithm>

namespace reszoo::cli {
namespace {

/// Takes a quoted name from the text at `place`. Returns whether there is one that a comma or the end follows.
bool take_quoted(const std::string& text, size_t& place, std::string& name) {
  if (place >= text.size() || text[place] != '"') return false;
  std::string inner;
  for (size_t i = place + 1; i < text.size(); ++i) {
    if (text[i] != '"') {
      inner += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '"') {
      inner += text[i++];
    } else {
      if (i + 1 < text.size() && text[i + 1] != ',') return false;
      place = i + 1;
      name = inner;
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  for (size_t place = 0; place < text.size(); ++place) {
    std::string name;
    if (!take_quoted(text, place, name)) {
      const auto end = std::min(text.find(',', place), text.size());
      name = text.substr(place, end - place);
      place = end;
    }
    if (!name.empty()) names.push_back(name);
  }
  if (text.empty()) names.emplace_back();
  return names;
}

CLI::Option* add_names(CLI::App& app, const std::string& option, std::vector<std::string>& names,
                       const std::string& help) {
  const auto take = [&names](const std::vector<std::string>& texts) {
    names.clear();
    for (const auto& text : texts)
      for (auto& name : names_in(text)) names.push_back(std::move(name));
  };
  return app.add_option_function<std::vector<std::string>>(option, take, help)->allow_extra_args(false);
}

}  // namespace reszoo::cli
