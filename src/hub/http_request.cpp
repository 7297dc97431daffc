#include "http_request.h"

#include <algorithm>
#include <csignal>

#include "environment.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

/// The longest wait that a server may ask for.
constexpr std::chrono::milliseconds kLongestWait{30'000};

/// Blocks SIGPIPE, because OpenSSL writes to sockets without MSG_NOSIGNAL: a connection that the server closes would
/// end the process.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;
  ~NoPipeSignal() {
    constexpr timespec at_once{};
    while (sigtimedwait(&pipe_, nullptr, &at_once) == SIGPIPE) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{}, before_{};
};

CURL* start() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  auto* handle = ready == CURLE_OK ? curl_easy_init() : nullptr;
  if (handle == nullptr) fail(ErrorKind::device, "download: libcurl cannot start");
  return handle;
}

/// Returns one part of a URL, or "".
std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return "";
  const std::string copy = text;
  curl_free(text);
  return copy;
}

}  // namespace

HttpRequest::HttpRequest(const std::string& url, const DownloadOptions& options) : handle_(start(), curl_easy_cleanup) {
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_ERRORBUFFER, text_);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_USERAGENT, "reszoo");
  // As the curl tool does. libcurl itself only has a built-in path, which may be that of another distribution.
  if (const auto trusted = variable({"CURL_CA_BUNDLE", "SSL_CERT_FILE"}); !trusted.empty())
    set(CURLOPT_CAINFO, trusted.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, url.starts_with("https:") ? "https" : "http,https");
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_time.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_time.count()));
  if (options.token.empty()) return;
  set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
  set(CURLOPT_XOAUTH2_BEARER, options.token.c_str());
}

CURLcode HttpRequest::perform() {
  const NoPipeSignal quiet;
  return curl_easy_perform(handle_.get());
}

long HttpRequest::status() const {
  long code = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
  return code;
}

int64_t HttpRequest::content_length() const {
  curl_off_t length = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  return std::max<int64_t>(length, 0);
}

std::string HttpRequest::redirect() const {
  char* url = nullptr;
  curl_easy_getinfo(handle_.get(), CURLINFO_REDIRECT_URL, &url);
  return url ? url : "";
}

std::chrono::milliseconds HttpRequest::retry_after() const {
  curl_off_t seconds = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &seconds);
  return std::min<std::chrono::milliseconds>(std::chrono::seconds(std::max<int64_t>(seconds, 0)), kLongestWait);
}

bool HttpRequest::may_succeed_later(CURLcode code) const {
  curl_off_t connected = 0;  // microseconds until the connection was made; 0 means never
  curl_easy_getinfo(handle_.get(), CURLINFO_CONNECT_TIME_T, &connected);
  switch (code) {
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return true;
    case CURLE_OPERATION_TIMEDOUT: return connected > 0;
    case CURLE_HTTP_RETURNED_ERROR: return is_temporary(status());
    default: return false;
  }
}

std::string HttpRequest::reason(CURLcode code) const {
  if (code == CURLE_HTTP_RETURNED_ERROR) return fmt::format("the server answers {}", status());
  return *text_ != '\0' ? text_ : curl_easy_strerror(code);
}

bool is_temporary(long status) { return status == 408 || status == 429 || status >= 500; }

std::string origin_of(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    fail(ErrorKind::usage, "{}: is not a URL", url);
  return fmt::format("{}://{}:{}", part_of(parsed.get(), CURLUPART_SCHEME), part_of(parsed.get(), CURLUPART_HOST),
                     part_of(parsed.get(), CURLUPART_PORT));
}

}  // namespace reszoo
