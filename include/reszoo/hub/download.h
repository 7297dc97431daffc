/// Files from the network: whole and checked, or not there.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace reszoo {

/// How far a download is.
struct DownloadProgress {
  std::string file;
  int64_t done = 0;   ///< bytes, those of an earlier attempt among them
  int64_t total = 0;  ///< bytes; 0 while the server has not said
};

/// How a file is downloaded.
struct DownloadOptions {
  int tries = 5;                        ///< cut-offs in a row that bring less than a mebibyte each
  std::chrono::milliseconds wait{500};  ///< before the second try; doubled from try to try
  std::chrono::milliseconds connect_time{20'000};
  std::chrono::seconds stall_time{30};  ///< without a byte, then the connection is given up
  int64_t largest = int64_t{8} << 30;   ///< bytes; a larger file is refused
  /// Called with each piece that arrives. What it throws ends the download and
  /// reaches the caller; the part that is there stays for the next time.
  std::function<void(const DownloadProgress&)> on_progress = {};
};

/// Downloads `url` (http or https) as the file `target`.
///
/// It grows as `<target>.part`. A download that was cut off, in this process or
/// an earlier one, goes on where it ended, or from the start where the server
/// cannot do that. Once the SHA-256 of the whole begins with `digest`
/// (hexadecimal) it is flushed to the disk and renamed, so `target` is never half
/// a file. A second process that wants the same file waits for the first. At
/// most ten redirects are followed, none from https to http.
///
/// Throws: Error (file) with the URL and the folder where the file belongs, if it
/// cannot be had; with both digests, if it is another one: it is then removed.
void download(const std::string& url, const std::filesystem::path& target, const std::string& digest,
              const DownloadOptions& options = {});

/// Throws the Error that says where to get the file and where to put it.
[[noreturn]] void fail_to_get(const std::string& url, const std::filesystem::path& target, const std::string& reason);

}  // namespace reszoo
