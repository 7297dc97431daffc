/// Downloads that are complete and checked, or not there at all.
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
  int64_t done = 0;   ///< bytes, including those of an earlier attempt
  int64_t total = 0;  ///< bytes; 0 while it is unknown
};

/// How a file is downloaded.
struct DownloadOptions {
  int tries = 5;                        ///< gives up after so many interruptions in a row with less than 1 MiB each
  std::chrono::milliseconds wait{500};  ///< before the second try; doubled for each further one
  std::chrono::milliseconds connect_time{20'000};
  std::chrono::seconds stall_time{30};  ///< closes a connection that brings no byte for so long
  int64_t largest = int64_t{8} << 30;   ///< bytes; a larger file is rejected
  /// Called with each piece that arrives. An exception from it ends the download and reaches the caller; the part that
  /// is there is kept for the next time.
  std::function<void(const DownloadProgress&)> on_progress = {};
};

/// Downloads `url` (http or https) as the file `target`.
///
/// The data is written to `<target>.part`. A download that was interrupted, in this process or an earlier one,
/// continues where it ended, or starts again if the server cannot do that. When the SHA-256 of the whole file begins
/// with `digest` (hexadecimal), it is flushed to the disk and renamed, so `target` is never an incomplete file. A
/// second process that wants the same file waits for the first. At most ten redirects are followed, none from https to
/// http.
///
/// Throws: Error (file) with the URL and the folder for the file, if it cannot be downloaded; with both digests if they
/// differ: the file is then removed.
void download(const std::string& url, const std::filesystem::path& target, const std::string& digest,
              const DownloadOptions& options = {});

/// Throws the Error that names the URL of the file and where to put it.
[[noreturn]] void fail_download(const std::string& url, const std::filesystem::path& target, const std::string& reason);

}  // namespace reszoo
