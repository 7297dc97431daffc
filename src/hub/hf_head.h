/// Asks the Hugging Face Hub for what it knows of a file, without the file.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "reszoo/hub/download.h"

namespace reszoo {

/// The answer to a HEAD request. Redirects are followed until the headers of the Hub are complete: to the place of the
/// content they need not be followed, to another name of the repository they must.
struct HubAnswer {
  long status = 0;          ///< 0 if there was no answer
  std::string reason = {};  ///< why there was none, or the server's own words
  std::string code = {};    ///< the Hub's name of the error: "EntryNotFound", "GatedRepo"
  std::string commit = {};  ///< 40 hexadecimal digits
  std::string tag = {};     ///< entity tag of the content: a SHA-256, or git's SHA-1 of a small file

  bool is_good() const { return status >= 200 && status < 400; }
};

/// Sends the request; again if the server is busy or the connection is lost. The options' token is sent to the host of
/// the URL only.
HubAnswer ask_hub(const std::string& url, const DownloadOptions& options);

}  // namespace reszoo
