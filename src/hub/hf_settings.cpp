#include "hf_settings.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "environment.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/hub/hf_hub.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr char kEndpoint[] = "https://huggingface.co";

/// Whether a variable has one of the values that huggingface_hub takes for true.
bool is_true(std::string value) {
  std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::toupper(c); });
  return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

/// Returns the path in the first of these variables, in which `~/` is the home folder; "" if none is set.
fs::path folder_in(std::initializer_list<const char*> names) {
  const auto path = variable(names);
  return path.starts_with("~/") ? fs::path(variable({"HOME"})) / path.substr(2) : fs::path(path);
}

/// Returns the folder of huggingface_hub; "" if no variable names it.
fs::path hugging_face_home() {
  if (const auto home = folder_in({"HF_HOME"}); !home.empty()) return home;
  if (const auto cache = variable({"XDG_CACHE_HOME"}); !cache.empty()) return fs::path(cache) / "huggingface";
  const auto home = variable({"HOME"});
  return home.empty() ? fs::path() : fs::path(home) / ".cache/huggingface";
}

std::string token_of_file() {
  auto path = folder_in({"HF_TOKEN_PATH"});
  if (const auto home = hugging_face_home(); path.empty() && !home.empty()) path = home / "token";
  std::error_code unreadable;
  return fs::is_regular_file(path, unreadable) ? read_file(path) : "";
}

}  // namespace

fs::path hub_cache_folder() {
  if (auto folder = folder_in({"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}); !folder.empty()) return folder;
  const auto home = hugging_face_home();
  if (home.empty()) fail(ErrorKind::usage, "hub: no folder for weights; set HF_HOME, XDG_CACHE_HOME or HOME");
  return home / "hub";
}

std::string hub_endpoint() {
  auto url = variable({"HF_ENDPOINT"});
  if (url.empty()) return kEndpoint;
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    fail(ErrorKind::usage, "HF_ENDPOINT: must begin with https:// or http://, got {}", url);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string hub_token() {
  if (is_true(variable({"HF_HUB_DISABLE_IMPLICIT_TOKEN"}))) return "";
  auto token = variable({"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"});
  if (token.empty()) token = token_of_file();
  constexpr std::string_view blanks = " \t\r\n";
  token.erase(0, std::min(token.find_first_not_of(blanks), token.size()));
  token.erase(token.find_last_not_of(blanks) + 1);
  if (std::any_of(token.begin(), token.end(), [](char c) { return c <= ' ' || c > '~'; }))
    fail(ErrorKind::usage, "HF_TOKEN: must be one word of printable ASCII characters");
  return token;
}

bool hub_is_offline() { return is_true(variable({"HF_HUB_OFFLINE"})) || is_true(variable({"TRANSFORMERS_OFFLINE"})); }

}  // namespace reszoo
