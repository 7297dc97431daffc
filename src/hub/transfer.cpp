#include "transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string_view>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using Handle = std::unique_ptr<CURL, void (*)(CURL*)>;

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

/// The state that the callbacks of a request share.
struct Request {
  CURL* handle;
  PartialFile& file;
  const DownloadOptions& options;
  int64_t asked_from = 0;     ///< requested offset of the response
  int64_t answered_from = 0;  ///< actual offset, from its Content-Range
  int64_t total = 0;          ///< size of the whole file; 0 is unknown
  bool begun = false;
  bool too_large = false;
  std::exception_ptr error = nullptr;  ///< thrown by a callback; it must not propagate through libcurl's C frames

  long status() const {
    long code = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    return code;
  }
};

int64_t number_at(std::string_view text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Parses `Content-Range: bytes 5-9/10`, or `bytes */10` of a response without content.
void read_range(Request& request, std::string_view line) {
  constexpr std::string_view name = "content-range: bytes ";
  const auto same = [](char wanted, char found) { return wanted == std::tolower(static_cast<unsigned char>(found)); };
  if (line.size() < name.size() || !std::equal(name.begin(), name.end(), line.begin(), same)) return;
  line.remove_prefix(name.size());
  request.answered_from = number_at(line);
  if (const auto slash = line.find('/'); slash != std::string_view::npos)
    request.total = number_at(line.substr(slash + 1));
}

size_t on_header(char* bytes, size_t one, size_t count, void* user) {
  auto& request = *static_cast<Request*>(user);
  const std::string_view line(bytes, one * count);
  if (line.starts_with("HTTP/")) request.answered_from = request.total = 0;  // only of this response, not of a redirect
  read_range(request, line);
  return one * count;
}

/// Prepares the file for the first chunk. The file is continued, or truncated if the server sends the whole file or
/// another range than was requested.
void begin(Request& request) {
  request.begun = true;
  if (request.answered_from != request.file.size()) request.file.clear();
  if (request.answered_from != request.file.size())
    fail(ErrorKind::file, "{}: the server sends byte {} where {} was asked for", request.file.path().string(),
         request.answered_from, request.asked_from);
  curl_off_t length = 0;
  if (request.total == 0 &&
      curl_easy_getinfo(request.handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) == CURLE_OK && length > 0)
    request.total = request.answered_from + length;
}

size_t on_body(char* bytes, size_t one, size_t count, void* user) {
  auto& request = *static_cast<Request*>(user);
  const std::string_view piece(bytes, one * count);
  try {
    if (!request.begun) begin(request);
    const auto size = request.file.size() + static_cast<int64_t>(piece.size());
    request.too_large = std::max(size, request.total) > request.options.largest;
    if (request.too_large) return CURL_WRITEFUNC_ERROR;
    request.file.append(piece);
    if (request.options.on_progress)
      request.options.on_progress({request.file.path().stem().string(), request.file.size(), request.total});
    return piece.size();
  } catch (...) {
    request.error = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

/// Trusts the certificates of the first environment variable that is set, as the curl tool does. libcurl itself only
/// has a built-in path, which may be that of another distribution.
void set_trust(CURL* handle) {
  for (const auto* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"})
    if (const char* file = std::getenv(name); file && *file != '\0') {
      curl_easy_setopt(handle, CURLOPT_CAINFO, file);
      return;
    }
}

void set_options(CURL* handle, const std::string& url, Request& request, char* reason) {
  const auto& options = request.options;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "reszoo");
  set_trust(handle);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, url.starts_with("https:") ? "https" : "http,https");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_time.count()));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_time.count()));
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &request);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &request);
  if (request.asked_from > 0) curl_easy_setopt(handle, CURLOPT_RANGE, fmt::format("{}-", request.asked_from).c_str());
}

/// Whether the connection was lost, rather than refused or never established.
bool was_cut_off(CURLcode code, const Request& request) {
  curl_off_t connected = 0;  // microseconds until the connection was made; 0 means never
  curl_easy_getinfo(request.handle, CURLINFO_CONNECT_TIME_T, &connected);
  const long status = request.status();
  switch (code) {
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return true;
    case CURLE_OPERATION_TIMEDOUT: return connected > 0;
    case CURLE_HTTP_RETURNED_ERROR: return status == 408 || status == 429 || status >= 500;
    default: return false;
  }
}

/// Returns how a failed request ended.
Transfer outcome(CURLcode code, Request& request, const char* reason) {
  const long status = request.status();
  if (request.too_large)
    return {Transfer::End::failed, fmt::format("it is larger than {} bytes", request.options.largest)};
  if (code == CURLE_HTTP_RETURNED_ERROR && status == 416 && request.asked_from > 0) {
    // The server has nothing after the part: the file is complete, or the part is not of this file.
    if (request.total == request.asked_from) return {Transfer::End::whole, ""};
    request.file.clear();
    return {Transfer::End::cut_off, "the server has no such range"};
  }
  const std::string text = code == CURLE_HTTP_RETURNED_ERROR ? fmt::format("the server answers {}", status)
                           : *reason != '\0'                 ? reason
                                                             : curl_easy_strerror(code);
  return {was_cut_off(code, request) ? Transfer::End::cut_off : Transfer::End::failed, text};
}

}  // namespace

Transfer transfer(const std::string& url, PartialFile& file, const DownloadOptions& options) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  const Handle handle(curl_easy_init(), curl_easy_cleanup);
  if (ready != CURLE_OK || !handle) fail(ErrorKind::device, "download: libcurl cannot start");
  Request request{.handle = handle.get(), .file = file, .options = options, .asked_from = file.size()};
  char reason[CURL_ERROR_SIZE] = "";
  set_options(handle.get(), url, request, reason);
  const NoPipeSignal quiet;
  const auto code = curl_easy_perform(handle.get());
  if (request.error) std::rethrow_exception(request.error);
  if (code != CURLE_OK) return outcome(code, request, reason);
  if (!request.begun) begin(request);  // for an empty file
  if (file.size() < request.total) return {Transfer::End::cut_off, "the server sends less than was asked for"};
  return {Transfer::End::whole, ""};
}

}  // namespace reszoo
