/// Downloads files. A file is either complete and verified, or does not exist.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace reszoo {

/// Progress of a download.
struct DownloadProgress {
  std::string file;
  int64_t done = 0;   ///< bytes so far, including those of an earlier attempt
  int64_t total = 0;  ///< bytes; 0 as long as it is unknown
};

/// Options of `download`.
struct DownloadOptions {
  int tries = 5;  ///< gives up after this many consecutive interruptions with less than 1 MiB each
  std::chrono::milliseconds wait{500};  ///< wait before the second try; doubled for each further try
  std::chrono::milliseconds connect_time{20'000};
  std::chrono::seconds stall_time{30};  ///< closes a connection that receives no byte for this long
  int64_t largest = int64_t{8} << 30;   ///< in bytes; a larger file is rejected
  /// Sent as `Authorization: Bearer` to the host and port of the URL, never to another one that it redirects to.
  std::string token = {};
  /// Called for each chunk that arrives. An exception from it ends the download and is passed to the caller; the
  /// partial file is kept for the next attempt.
  std::function<void(const DownloadProgress&)> on_progress = {};
};

/// Downloads `url` (http or https) to the file `target`.
///
/// The data is written to `<target>.part`. An interrupted download, of this process or an earlier one, continues where
/// it stopped, or starts again if the server cannot resume. If the SHA-256 of the whole file begins with `digest`
/// (hexadecimal), the file is flushed to the disk and renamed, so `target` is never incomplete. A second process that
/// downloads the same file waits for the first. At most ten redirects are followed, none from https to http.
///
/// Throws: Error (file), which names the URL and the folder for the file, if it cannot be downloaded. If the digest
/// differs, the message has both digests, and the file is removed.
void download(const std::string& url, const std::filesystem::path& target, const std::string& digest,
              const DownloadOptions& options = {});

/// Lets everything that reads a file by its path read `https://` and `http://` URLs, by `local_file`: they are
/// downloaded to a temporary file, once in a program. A connection that is cut is continued. Errors do not show what is
/// behind the
/// `?` of a URL.
void register_downloads(const DownloadOptions& options = {.largest = int64_t{1} << 40});

/// Throws the Error that names the URL of the file and where to save it.
[[noreturn]] void fail_download(const std::string& url, const std::filesystem::path& target, const std::string& reason);

}  // namespace reszoo
