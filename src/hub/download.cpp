#include "reszoo/hub/download.h"

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"
#include "reszoo/hub/cache.h"
#include "reszoo/hub/sha256.h"
#include "retries.h"
#include "transfer.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kProgress = 1 << 20;  // bytes that an interrupted try must bring to reset the count of tries

[[noreturn]] void fail_wanted(const Wanted& wanted, const std::string& reason) {
  if (wanted.folder.empty()) fail(ErrorKind::file, "{}: cannot be downloaded ({})", wanted.name, reason);
  fail(ErrorKind::file, "{}: cannot be downloaded ({}); get {} by other means and put it into {}", wanted.name, reason,
       wanted.url, wanted.folder.string());
}

/// Sends requests until the file is complete.
void fill(const Wanted& wanted, PartialFile& file, const DownloadOptions& options) {
  Retries retries(options);
  int64_t furthest = file.size();
  while (true) {
    const auto result = transfer(wanted, file, options);
    if (result.end == Transfer::End::whole) return;
    if (file.size() >= furthest + kProgress) retries.reset();
    furthest = std::max(furthest, file.size());
    if (result.end == Transfer::End::failed || !retries.again(result.retry_after)) fail_wanted(wanted, result.reason);
  }
}

}  // namespace

void fail_download(const std::string& url, const fs::path& target, const std::string& reason) {
  fail_wanted({.url = url, .name = target.filename().string(), .folder = target.parent_path()}, reason);
}

void download(const Wanted& wanted, PartialFile& file, const DownloadOptions& options) {
  for (bool resumed = file.size() > 0;; resumed = false) {
    fill(wanted, file, options);
    const auto found = wanted.digest.of(file.path());
    if (found.starts_with(wanted.digest.hex)) return;
    if (resumed) {  // the partial file may have been of another file
      file.clear();
      continue;
    }
    file.remove();
    fail(ErrorKind::file, "{}: {} gave a file of {} {}, expected {}…; it was removed", wanted.name, wanted.url,
         wanted.digest.name(), found, wanted.digest.hex);
  }
}

void download(const std::string& url, const fs::path& target, const std::string& digest,
              const DownloadOptions& options) {
  PartialFile file(target, ".part");
  // Another process may have downloaded it while this one waited for the lock.
  if (fs::is_regular_file(target) && sha256_of(target).starts_with(digest)) return file.remove();
  download({.url = url,
            .name = target.filename().string(),
            .folder = target.parent_path(),
            .digest = {FileDigest::Kind::sha256, digest}},
           file, options);
  file.rename_to_target();
}

void register_downloads(const DownloadOptions& options) {
  for (const auto* scheme : {"http", "https"})
    register_scheme(scheme, [options](const std::string& url, const fs::path& to) {
      const auto name = plain_url(url).string();
      if (is_offline({})) fail(ErrorKind::file, "{}: cannot be downloaded (offline)", name);
      PartialFile file(to, ".part");
      download({.url = url, .name = name}, file, options);
      file.rename_to_target();
    });
}

}  // namespace reszoo
