#include "hf_refusal.h"

#include "hf_settings.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

/// Returns the names of timm's repositories of the networks that reszoo has.
std::vector<std::string> known_repositories() {
  std::vector<std::string> names;
  for (const auto& model : pretrained_models())
    for (const auto& weights : pretrained_configs(model))
      names.push_back(fmt::format("timm/{}.{}", model, weights.tag));
  return names;
}

/// Returns the server's own words in parentheses.
std::string words_of(const HubAnswer& answer) { return answer.reason.empty() ? "" : " (" + answer.reason + ")"; }

[[noreturn]] void fail_gated(const HubRepository& repository, bool has_token) {
  const auto page = hub_endpoint() + "/" + repository.name;
  if (has_token)
    fail(ErrorKind::file, "{}: is gated, and the account of the token has no access; accept the licence on {}",
         repository.text(), page);
  fail(ErrorKind::file, "{}: is gated; accept the licence on {} and set HF_TOKEN to a token of your account",
       repository.text(), page);
}

[[noreturn]] void fail_unknown(const HubRepository& repository, bool has_token) {
  fail(ErrorKind::file, "{}: {} has no such repository, or it is private{}{}", repository.text(), hub_endpoint(),
       has_token ? " and the token has no access to it" : "; for a private one set HF_TOKEN",
       suggestion(repository.name, known_repositories()));
}

}  // namespace

void refuse(const HubRepository& repository, const HubAnswer& answer, bool has_token) {
  const bool denied = answer.status == 401 || answer.status == 403;
  if (answer.code == "GatedRepo") fail_gated(repository, has_token);
  if (answer.code == "RevisionNotFound")
    fail(ErrorKind::file, "{}: the repository has no revision \"{}\"", repository.text(), repository.revision);
  if (answer.status == 401 && has_token && answer.code.empty())
    fail(ErrorKind::file, "{}: the server refuses the token{}; check HF_TOKEN", repository.text(), words_of(answer));
  if (answer.code == "RepoNotFound" || answer.status == 401) fail_unknown(repository, has_token);
  if (denied)
    fail(ErrorKind::file, "{}: the server forbids it{}; {}", repository.text(), words_of(answer),
         has_token ? "the token of HF_TOKEN has no right to it" : "set HF_TOKEN to a token of your account");
}

}  // namespace reszoo
