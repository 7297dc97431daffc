#include "fake_hub.h"

#include <fmt/format.h>
#include <openssl/evp.h>

namespace reszoo::test {
namespace {

std::string digest_text(const std::string& content, const EVP_MD* algorithm) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(content.data(), content.size(), digest, &size, algorithm, nullptr);
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

Answer refusal(int status, const std::string& code) {
  return {.status = status, .body = "{}", .headers = {"X-Error-Code: " + code, "X-Error-Message: " + code + " indeed"}};
}

FakeHub::Change or_nothing(FakeHub::Change change) {
  return change ? std::move(change) : [](const Asked&, size_t, Answer&) {};
}

}  // namespace

std::string sha256_text(const std::string& content) { return digest_text(content, EVP_sha256()); }

std::string git_blob_text(const std::string& content) {
  return digest_text(fmt::format("blob {}", content.size()) + std::string(1, '\0') + content, EVP_sha1());
}

FakeHub::FakeHub(Change hub, Change storage)
    : home_(hub_home(home.path().string())),
      storage_([this, change = or_nothing(std::move(storage))](const Asked& asked, size_t number) {
        auto answer = answer_storage(asked);
        change(asked, number, answer);
        return answer;
      }),
      hub_([this, change = or_nothing(std::move(hub))](const Asked& asked, size_t number) {
        auto answer = this->answer(asked);
        change(asked, number, answer);
        return answer;
      }),
      endpoint_({{"HF_ENDPOINT", hub_.url()}}) {}

std::filesystem::path FakeHub::cache() const {
  auto folder = "models--" + name;
  folder.replace(folder.find('/'), 1, "--");
  return home / ".cache/huggingface/hub" / folder;
}

Answer FakeHub::answer(const Asked& asked) const {
  const auto moved = "/api/resolve-cache/models/" + name + "/" + commit + "/";
  if (asked.path.starts_with(moved)) return answer_file(asked.path, asked.path.substr(moved.size()));
  const auto begin = "/" + name + "/resolve/";
  const bool allowed = token.empty() || asked.authorization == "Bearer " + token;
  if (!asked.path.starts_with(begin)) return refusal(401, "RepoNotFound");
  if (!allowed) return refusal(asked.authorization.empty() ? 401 : 403, "GatedRepo");
  const auto rest = asked.path.substr(begin.size());
  const auto revision = rest.substr(0, rest.find('/'));
  if (revision != "main" && revision != "v1" && revision != commit) return refusal(404, "RevisionNotFound");
  return answer_file(asked.path, rest.substr(revision.size() + 1));
}

Answer FakeHub::answer_file(const std::string& path, const std::string& file) const {
  const auto found = files.find(file);
  Answer answer = found == files.end() ? refusal(404, "EntryNotFound") : Answer{.body = found->second};
  answer.headers.push_back("X-Repo-Commit: " + commit);
  if (found == files.end()) return answer;
  const bool is_small = file.ends_with(".json");
  if (is_small && path.starts_with("/api/")) {
    answer.headers.push_back("ETag: \"" + git_blob_text(answer.body) + "\"");
    return answer;
  }
  const auto place = is_small ? "/api/resolve-cache/models/" + name + "/" + commit + "/" + file
                              : storage_.url("/xet/" + file + "?signed");
  answer.status = is_small ? 307 : 302;
  answer.headers.push_back("Location: " + place);
  if (!is_small) answer.headers.push_back("X-Linked-ETag: \"" + sha256_text(answer.body) + "\"");
  if (!is_small) answer.headers.push_back(fmt::format("X-Linked-Size: {}", answer.body.size()));
  answer.headers.emplace_back("ETag: \"of-the-redirect\"");
  answer.body = "moved";
  return answer;
}

Answer FakeHub::answer_storage(const Asked& asked) const {
  constexpr std::string_view begin = "/xet/";
  const auto file = asked.path.substr(begin.size(), asked.path.find('?') - begin.size());
  const auto found = files.find(file);
  return found == files.end() ? Answer{.status = 403, .body = "no"} : Answer{.body = found->second};
}

}  // namespace reszoo::test
