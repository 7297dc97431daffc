/// Sends one request to a server.
#pragma once
#include <string>

#include "partial_file.h"
#include "reszoo/hub/download.h"

namespace reszoo {

/// How a request ended.
struct Transfer {
  enum class End {
    whole,    ///< the server has nothing more to send
    cut_off,  ///< another try may succeed
    failed,   ///< another try would fail too
  };
  End end;
  std::string reason;  ///< why the file is not complete
};

/// Requests the missing rest of the file and appends it.
/// Throws: Error (file) if the file cannot be written, and what `on_progress` throws.
Transfer transfer(const std::string& url, PartialFile& file, const DownloadOptions& options);

}  // namespace reszoo
