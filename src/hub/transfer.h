/// One request to a server.
#pragma once
#include <string>

#include "partial_file.h"
#include "reszoo/hub/download.h"

namespace reszoo {

/// How a request ended.
struct Transfer {
  enum class End {
    whole,    ///< the server has nothing more to send
    cut_off,  ///< another try may bring more
    failed,   ///< another try would end like this one
  };
  End end;
  std::string reason;  ///< why it is not whole
};

/// Asks for what the file does not hold yet and appends it.
/// Throws: Error (file) if the file cannot be written; what `on_progress` throws.
Transfer transfer(const std::string& url, PartialFile& file, const DownloadOptions& options);

}  // namespace reszoo
