#include "transfer.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <exception>
#include <string_view>

#include "http_request.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

/// The state that the callbacks of a request share.
struct Receiver {
  HttpRequest& request;
  const Wanted& wanted;
  PartialFile& file;
  const DownloadOptions& options;
  int64_t asked_from = 0;     ///< requested offset of the response
  int64_t answered_from = 0;  ///< actual offset, from its Content-Range
  int64_t total = 0;          ///< size of the whole file; 0 is unknown
  bool begun = false;
  bool too_large = false;
  std::exception_ptr error = nullptr;  ///< thrown by a callback; it must not propagate through libcurl's C frames
};

int64_t number_at(std::string_view text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Parses `Content-Range: bytes 5-9/10`, or `bytes */10` of a response without content.
void read_range(Receiver& receiver, std::string_view line) {
  constexpr std::string_view name = "content-range: bytes ";
  const auto same = [](char wanted, char found) { return wanted == std::tolower(static_cast<unsigned char>(found)); };
  if (line.size() < name.size() || !std::equal(name.begin(), name.end(), line.begin(), same)) return;
  line.remove_prefix(name.size());
  receiver.answered_from = number_at(line);
  if (const auto slash = line.find('/'); slash != std::string_view::npos)
    receiver.total = number_at(line.substr(slash + 1));
}

size_t on_header(char* bytes, size_t one, size_t count, void* user) {
  auto& receiver = *static_cast<Receiver*>(user);
  const std::string_view line(bytes, one * count);
  // Only of this response, not of a redirect.
  if (line.starts_with("HTTP/")) receiver.answered_from = receiver.total = 0;
  read_range(receiver, line);
  return one * count;
}

/// Prepares the file for the first chunk. The file is continued, or truncated if the server sends the whole file or
/// another range than was requested.
void begin(Receiver& receiver) {
  receiver.begun = true;
  if (receiver.answered_from != receiver.file.size()) receiver.file.clear();
  if (receiver.answered_from != receiver.file.size())
    fail(ErrorKind::file, "{}: the server sends byte {} where {} was asked for", receiver.file.path().string(),
         receiver.answered_from, receiver.asked_from);
  const auto length = receiver.request.content_length();
  if (receiver.total == 0 && length > 0) receiver.total = receiver.answered_from + length;
}

size_t on_body(char* bytes, size_t one, size_t count, void* user) {
  auto& receiver = *static_cast<Receiver*>(user);
  const std::string_view piece(bytes, one * count);
  try {
    if (!receiver.begun) begin(receiver);
    const auto size = receiver.file.size() + static_cast<int64_t>(piece.size());
    receiver.too_large = std::max(size, receiver.total) > receiver.options.largest;
    if (receiver.too_large) return CURL_WRITEFUNC_ERROR;
    receiver.file.append(piece);
    if (receiver.options.on_progress)
      receiver.options.on_progress({receiver.wanted.name, receiver.file.size(), receiver.total});
    return piece.size();
  } catch (...) {
    receiver.error = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

void set_options(HttpRequest& request, Receiver& receiver) {
  request.set(CURLOPT_FAILONERROR, 1L);
  request.set(CURLOPT_FOLLOWLOCATION, 1L);
  request.set(CURLOPT_MAXREDIRS, 10L);
  request.set(CURLOPT_HEADERFUNCTION, on_header);
  request.set(CURLOPT_HEADERDATA, &receiver);
  request.set(CURLOPT_WRITEFUNCTION, on_body);
  request.set(CURLOPT_WRITEDATA, &receiver);
  if (receiver.asked_from > 0) request.set(CURLOPT_RANGE, fmt::format("{}-", receiver.asked_from).c_str());
}

/// Returns how a failed request ended.
Transfer outcome(CURLcode code, Receiver& receiver) {
  const auto& request = receiver.request;
  if (receiver.too_large)
    return {Transfer::End::failed, fmt::format("it is larger than {} bytes", receiver.options.largest)};
  if (code == CURLE_HTTP_RETURNED_ERROR && request.status() == 416 && receiver.asked_from > 0) {
    // The server has nothing after the part: the file is complete, or the part is not of this file.
    if (receiver.total == receiver.asked_from) return {Transfer::End::whole};
    receiver.file.clear();
    return {Transfer::End::cut_off, "the server has no such range"};
  }
  const bool later = request.may_succeed_later(code);
  return {later ? Transfer::End::cut_off : Transfer::End::failed, request.reason(code), request.retry_after()};
}

}  // namespace

Transfer transfer(const Wanted& wanted, PartialFile& file, const DownloadOptions& options) {
  HttpRequest request(wanted.url, options);
  Receiver receiver{.request = request, .wanted = wanted, .file = file, .options = options, .asked_from = file.size()};
  set_options(request, receiver);
  const auto code = request.perform();
  if (receiver.error) std::rethrow_exception(receiver.error);
  if (code != CURLE_OK) return outcome(code, receiver);
  if (!receiver.begun) begin(receiver);  // for an empty file
  if (file.size() < receiver.total) return {Transfer::End::cut_off, "the server sends less than was asked for"};
  return {Transfer::End::whole};
}

}  // namespace reszoo
