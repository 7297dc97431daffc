/// Sends one request for the content of a file.
#pragma once
#include <chrono>
#include <filesystem>
#include <string>

#include "file_digest.h"
#include "partial_file.h"
#include "reszoo/hub/download.h"

namespace reszoo {

/// A file to download.
struct Wanted {
  std::string url;
  std::string name;                   ///< for messages and progress
  std::filesystem::path folder = {};  ///< where a user can put the file; empty if nowhere
  FileDigest digest = {};
};

/// How a request ended.
struct Transfer {
  enum class End {
    whole,    ///< the server has nothing more to send
    cut_off,  ///< another try may succeed
    failed,   ///< another try would fail too
  };
  End end;
  std::string reason = {};                   ///< why the file is not complete
  std::chrono::milliseconds retry_after{0};  ///< wait that the server asks for
};

/// Requests the missing rest of the file and appends it.
/// Throws: Error (file) if the file cannot be written, and what `on_progress` throws.
Transfer transfer(const Wanted& wanted, PartialFile& file, const DownloadOptions& options);

/// Downloads the rest of the file, with as many requests as it takes, and verifies it. The file is complete then, but
/// not renamed yet.
/// Throws: Error (file), as `download` does.
void download(const Wanted& wanted, PartialFile& file, const DownloadOptions& options);

}  // namespace reszoo
