#include "hf_files.h"

#include <utility>

#include "hf_refusal.h"
#include "hf_settings.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Returns a revision as a part of a URL, in which a slash is %2F.
std::string quoted(const std::string& revision) {
  std::string text;
  for (const char c : revision) text += c == '/' ? "%2F" : c == '+' ? "%2B" : std::string(1, c);
  return text;
}

}  // namespace

HubFiles::HubFiles(HubRepository repository, FetchOptions options, std::vector<std::string> wanted)
    : repository_(std::move(repository)),
      options_(std::move(options)),
      wanted_(std::move(wanted)),
      cache_(repository_) {
  options_.offline = is_offline(options_) || hub_is_offline();
  if (options_.download.token.empty()) options_.download.token = hub_token();
}

/// The commit of a file that is in the cache is asked for, so that all files are of one commit.
std::string HubFiles::url(const std::string& file) const {
  const auto commit = cache_.commit();
  return fmt::format("{}/{}/resolve/{}/{}", hub_endpoint(), repository_.name,
                     quoted(commit.empty() ? repository_.revision : commit), file);
}

std::optional<fs::path> HubFiles::cached(const std::string& file) {
  const auto path = cache_.snapshot() / file;
  if (std::error_code unreadable; !fs::is_regular_file(path, unreadable)) return std::nullopt;
  if (!options_.verify) return path;
  const auto digest = digest_of_link(path);
  if (const auto found = digest.of(path); found != digest.hex) {
    damaged_ =
        fmt::format("{}: is not used, its {} is {}, expected {}", path.string(), digest.name(), found, digest.hex);
    if (options_.on_warning) options_.on_warning(damaged_);
    return std::nullopt;
  }
  return path;
}

std::optional<fs::path> HubFiles::get(const std::string& file) {
  auto path = cached(file);
  return path ? path : fetch(file);
}

std::optional<fs::path> HubFiles::fetch(const std::string& file) {
  if (cache_.lacks(file)) return std::nullopt;
  if (options_.offline) fail_unreachable(damaged_.empty() ? "offline" : "offline; " + damaged_);
  auto answer = ask_hub(url(file), options_.download);
  if (answer.commit.empty()) answer.commit = cache_.commit();
  if (!answer.is_good()) refuse(repository_, answer, !options_.download.token.empty());
  if (answer.status == 404) {
    if (answer.code == "EntryNotFound" && !answer.commit.empty()) {
      cache_.write_commit(answer.commit);
      cache_.write_lack(answer.commit, file);
    }
    return std::nullopt;
  }
  if (answer.status == 0) fail_unreachable(answer.reason);
  if (!answer.is_good()) fail_unreachable(fmt::format("the server answers {}", answer.status));
  return download(file, answer);
}

/// Downloads the content, unless it is there under the name of its entity tag, and links it.
fs::path HubFiles::download(const std::string& file, const HubAnswer& answer) {
  if (answer.commit.empty() || answer.tag.empty())
    fail(ErrorKind::file, "{}: {} does not answer as the Hugging Face Hub does, it names no {}; check HF_ENDPOINT",
         repository_.text(), url(file), answer.commit.empty() ? "commit (X-Repo-Commit)" : "entity tag (ETag)");
  const auto blob = cache_.blob(answer.tag), lock = cache_.lock(answer.tag);
  make_folder(blob.parent_path());
  make_folder(lock.parent_path());
  const LockedFile locked(lock);  // a second process, also one of huggingface_hub, waits here
  fill(blob, file, answer);
  cache_.write_commit(answer.commit);
  cache_.link(answer.commit, file, answer.tag);
  return cache_.folder() / "snapshots" / answer.commit / file;
}

/// Downloads the blob if it is missing or damaged.
void HubFiles::fill(const fs::path& blob, const std::string& file, const HubAnswer& answer) {
  const auto digest = digest_of_tag(answer.tag);
  if (fs::is_regular_file(blob) && (!options_.verify || digest.of(blob) == digest.hex)) return;
  if (digest.kind == FileDigest::Kind::none && options_.on_warning)
    options_.on_warning(fmt::format("{}: {} is not verified, the server names no digest but \"{}\"", repository_.text(),
                                    file, answer.tag));
  auto how = options_.download;
  if (file.ends_with(".json")) how.on_progress = nullptr;  // a small file
  PartialFile part(blob, ".incomplete");
  reszoo::download({.url = url(file),
                    .name = fmt::format("{} of {}", file, repository_.name),
                    .folder = cache_.folder() / "snapshots" / answer.commit,
                    .digest = digest},
                   part, how);
  part.rename_to_target();
}

void HubFiles::fail_unreachable(const std::string& reason) const {
  std::vector<std::string> urls;
  for (const auto& file : wanted_)
    if (std::error_code unreadable; !fs::is_regular_file(cache_.snapshot() / file, unreadable))
      urls.push_back(url(file));
  fail(ErrorKind::file, "{}: cannot be downloaded ({}); get {} by other means and put {} into {}", repository_.text(),
       reason, fmt::join(urls, " and "), urls.size() == 1 ? "it" : "them", cache_.snapshot().string());
}

}  // namespace reszoo
