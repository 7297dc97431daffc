/// Requests by libcurl, with the options that all of them share.
#pragma once
#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string>

#include "reszoo/hub/download.h"

namespace reszoo {

/// One request. It trusts the certificates of $CURL_CA_BUNDLE or $SSL_CERT_FILE if set, and follows no redirect from
/// https to http.
class HttpRequest {
 public:
  /// Prepares a GET of an http or https URL. A token in the options is sent to the host and port of the URL only.
  /// Throws: Error (device) if libcurl cannot start.
  HttpRequest(const std::string& url, const DownloadOptions& options);
  HttpRequest(const HttpRequest&) = delete;
  HttpRequest& operator=(const HttpRequest&) = delete;

  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle_.get(), option, value);
  }

  CURLcode perform();

  long status() const;             ///< of the last response, such as 404
  int64_t content_length() const;  ///< bytes of the last response's body; 0 if it does not say
  std::string redirect() const;    ///< the absolute URL that a redirect which was not followed names, or ""
  std::chrono::milliseconds retry_after() const;  ///< wait that the server asks for; 0 if none

  /// Whether a failed request may succeed later: the connection was lost, rather than refused or never established, or
  /// the server is busy.
  bool may_succeed_later(CURLcode code) const;

  /// Returns why a request failed, for users.
  std::string reason(CURLcode code) const;

 private:
  std::unique_ptr<CURL, void (*)(CURL*)> handle_;
  char text_[CURL_ERROR_SIZE] = "";  // libcurl's description of a failure
};

/// Whether the status of a response is one that may pass: too many requests, or a failure of the server.
bool is_temporary(long status);

/// Returns scheme, host and port of a URL: "https://host:443". Two URLs of one origin may see the same token.
std::string origin_of(const std::string& url);

}  // namespace reszoo
