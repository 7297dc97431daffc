#include "reszoo/hub/download.h"

#include <algorithm>
#include <thread>

#include "reszoo/base/error.h"
#include "reszoo/hub/sha256.h"
#include "transfer.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kProgress = 1 << 20;  // bytes that an interrupted try must bring to reset the count of tries

/// Sends requests until the file is complete.
void fill(const std::string& url, const fs::path& target, PartialFile& file, const DownloadOptions& options) {
  auto wait = options.wait;
  int64_t furthest = file.size();
  for (int tries = 1;; ++tries) {
    const auto result = transfer(url, file, options);
    if (result.end == Transfer::End::whole) return;
    if (file.size() >= furthest + kProgress) tries = 0;
    furthest = std::max(furthest, file.size());
    if (result.end == Transfer::End::failed || tries >= options.tries) fail_download(url, target, result.reason);
    std::this_thread::sleep_for(wait);
    wait = std::min(2 * wait, std::chrono::milliseconds(10'000));
  }
}

}  // namespace

void fail_download(const std::string& url, const fs::path& target, const std::string& reason) {
  fail(ErrorKind::file, "{}: cannot be downloaded ({}); get {} by other means and put it into {}",
       target.filename().string(), reason, url, target.parent_path().string());
}

void download(const std::string& url, const fs::path& target, const std::string& digest,
              const DownloadOptions& options) {
  PartialFile file(target);
  // Another process may have downloaded it while this one waited for the lock.
  if (fs::is_regular_file(target) && sha256_of(target).starts_with(digest)) return file.remove();
  for (bool resumed = file.size() > 0;; resumed = false) {
    fill(url, target, file, options);
    const auto found = sha256_of(file.path());
    if (found.starts_with(digest)) return file.rename_to_target();
    if (resumed) {  // the partial file may have been of another file
      file.clear();
      continue;
    }
    file.remove();
    fail(ErrorKind::file, "{}: {} gave a file of SHA-256 {}, expected {}…; it was removed", target.filename().string(),
         url, found, digest);
  }
}

}  // namespace reszoo
