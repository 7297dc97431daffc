// Names of repositories of the Hugging Face Hub.
#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/hub/hf_hub.h"

namespace reszoo {
namespace {

constexpr std::string_view kHubPrefix = "hf-hub:";
constexpr size_t kLongestName = 96;       // of an owner or a repository
constexpr size_t kLongestRevision = 200;  // characters

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool has_only(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter_or_digit(c) || others.find(c) != std::string_view::npos; });
}

/// Whether a text can be an owner or the name of a repository. Such a name is a part of paths and URLs.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && has_only(text, "-_.") &&
         text.find("--") == std::string::npos && text.find("..") == std::string::npos && text.front() != '-' &&
         text.front() != '.' && text.back() != '-' && text.back() != '.';
}

/// A revision may have slashes: refs/pr/1.
bool is_revision(std::string_view text) {
  return !text.empty() && text.size() <= kLongestRevision && has_only(text, "-_./+") && text.front() != '/' &&
         text.back() != '/' && text.find("..") == std::string::npos && text.find("//") == std::string::npos;
}

}  // namespace

std::string HubRepository::text() const {
  return fmt::format("{}{}{}{}", kHubPrefix, name, revision == "main" ? "" : "@", revision == "main" ? "" : revision);
}

bool is_hub_name(std::string_view text) { return text.starts_with(kHubPrefix); }

HubRepository parse_hub_name(std::string_view text) {
  const auto rest = is_hub_name(text) ? text.substr(kHubPrefix.size()) : std::string_view();
  const auto at = rest.find('@');
  const auto name = rest.substr(0, at), owner = name.substr(0, name.find('/'));
  const auto own = name.find('/') == std::string_view::npos ? std::string_view() : name.substr(owner.size() + 1);
  HubRepository repository{.name = std::string(name)};
  if (at != std::string_view::npos) repository.revision = rest.substr(at + 1);
  if (!is_name(owner) || !is_name(own) || !is_revision(repository.revision))
    fail(ErrorKind::usage, "{}: must be hf-hub:owner/name or hf-hub:owner/name@revision", escaped(text, 200));
  return repository;
}

}  // namespace reszoo
