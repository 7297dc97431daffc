#include "hf_head.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "http_request.h"
#include "reszoo/base/text.h"
#include "retries.h"

namespace reszoo {
namespace {

constexpr int kMostRedirects = 10;

/// Headers by their name in lower case.
using Headers = std::map<std::string, std::string>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

size_t take_header(char* bytes, size_t one, size_t count, void* user) {
  const std::string_view line(bytes, one * count);
  auto& headers = *static_cast<Headers*>(user);
  if (line.starts_with("HTTP/")) headers.clear();  // a new response, for instance after `100 Continue`
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return one * count;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  headers[name] = trimmed(line.substr(colon + 1));
  return one * count;
}

std::string header(const Headers& headers, const std::string& name) {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

/// Returns an entity tag without `W/` and quotes; "" if it could not be the name of a file.
std::string plain_tag(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  const auto usable = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'; };
  return !tag.empty() && tag.size() <= 200 && std::all_of(tag.begin(), tag.end(), usable) ? std::string(tag) : "";
}

bool is_commit(const std::string& text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Adds what the headers of one response say.
void take_answer(HubAnswer& answer, const Headers& headers) {
  if (const auto commit = header(headers, "x-repo-commit"); is_commit(commit)) answer.commit = commit;
  const auto linked = header(headers, "x-linked-etag");
  if (const auto tag = plain_tag(linked.empty() ? header(headers, "etag") : linked); !tag.empty()) answer.tag = tag;
  answer.code = header(headers, "x-error-code");
  answer.reason = escaped(header(headers, "x-error-message"), 200);
}

/// How one request ended.
struct Asked {
  CURLcode code = CURLE_OK;
  std::string redirect = {};
  bool again = false;  // whether the same request may succeed later
  std::chrono::milliseconds wait{0};
};

Asked ask_once(const std::string& url, const DownloadOptions& options, HubAnswer& answer) {
  Headers headers;
  HttpRequest request(url, options);
  request.set(CURLOPT_NOBODY, 1L);
  request.set(CURLOPT_HEADERFUNCTION, take_header);
  request.set(CURLOPT_HEADERDATA, &headers);
  Asked asked{.code = request.perform()};
  answer.status = asked.code == CURLE_OK ? request.status() : 0;
  if (asked.code != CURLE_OK) answer.reason = request.reason(asked.code);
  else take_answer(answer, headers);
  asked.redirect = request.redirect();
  asked.again = asked.code == CURLE_OK ? is_temporary(answer.status) : request.may_succeed_later(asked.code);
  asked.wait = request.retry_after();
  return asked;
}

}  // namespace

HubAnswer ask_hub(const std::string& url, const DownloadOptions& options) {
  HubAnswer answer;
  Retries retries(options);
  auto now = options;
  auto next = url;
  for (int redirects = 0; redirects <= kMostRedirects;) {
    const auto asked = ask_once(next, now, answer);
    if (asked.again && retries.again(asked.wait)) continue;
    if (asked.code != CURLE_OK || asked.redirect.empty()) return answer;
    const bool leaves = origin_of(asked.redirect) != origin_of(next);
    if (leaves && !answer.commit.empty() && !answer.tag.empty()) return answer;  // to the place of the content
    if (next.starts_with("https:") && !asked.redirect.starts_with("https:"))
      return {.reason = "it redirects from https to another protocol"};
    if (leaves) now.token.clear();
    next = asked.redirect;
    ++redirects;
  }
  return {.reason = fmt::format("more than {} redirects", kMostRedirects)};
}

}  // namespace reszoo
