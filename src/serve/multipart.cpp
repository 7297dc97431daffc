#include "multipart.h"

#include <algorithm>
#include <cctype>

#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Returns the value of a quoted text that begins after `at`, or of a token.
std::string value_at(std::string_view header, size_t at) {
  std::string value;
  if (at >= header.size() || header[at] != '"')
    return std::string(trimmed(header.substr(at, header.find(';', at) - at)));
  for (++at; at < header.size() && header[at] != '"'; ++at) {
    if (header[at] == '\\' && at + 1 < header.size()) ++at;
    value += header[at];
  }
  return value;
}

/// Reads the headers of a part.
FormPart read_head(std::string_view head) {
  FormPart part;
  while (!head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto name = lower(trimmed(line.substr(0, colon)));
    const auto value = trimmed(line.substr(colon + 1));
    if (name == "content-type") part.type = media_type(value);
    if (name != "content-disposition") continue;
    part.name = header_parameter(value, "name");
    part.file_name = header_parameter(value, "filename");
  }
  if (part.name.empty()) fail(ErrorKind::input, "form: a part has no name");
  return part;
}

}  // namespace

std::string header_parameter(std::string_view header, std::string_view parameter) {
  const auto small = lower(header);
  const auto wanted = std::string(parameter) + "=";
  bool quoted = false;
  for (size_t at = 0; at < small.size(); ++at) {
    if (small[at] == '"') quoted = !quoted;
    if (quoted || small[at] != ';') continue;
    const auto begin = small.find_first_not_of(" \t", at + 1);
    if (begin != std::string::npos && small.compare(begin, wanted.size(), wanted) == 0)
      return value_at(header, begin + wanted.size());
  }
  return "";
}

std::string media_type(std::string_view content_type) {
  return lower(trimmed(content_type.substr(0, content_type.find(';'))));
}

std::vector<FormPart> read_form(std::string_view body, const std::string& content_type) {
  const auto boundary = header_parameter(content_type, "boundary");
  if (boundary.empty()) fail(ErrorKind::input, "form: Content-Type has no boundary");
  const auto mark = "\r\n--" + boundary;
  std::vector<FormPart> parts;
  auto at = body.find(mark);
  if (body.starts_with(mark.substr(2))) at = mark.size() - 2;  // the first mark may begin the body
  else if (at != std::string_view::npos) at += mark.size();
  while (at != std::string_view::npos && !body.substr(at).starts_with("--")) {
    const auto head = body.find("\r\n", at);
    const auto end_of_head = body.find("\r\n\r\n", at);
    const auto end = end_of_head == std::string_view::npos ? end_of_head : body.find(mark, end_of_head + 2);
    if (end == std::string_view::npos) fail(ErrorKind::input, "form: a part has no end");
    auto part = read_head(body.substr(head + 2, end_of_head > head ? end_of_head - head - 2 : 0));
    part.content = end >= end_of_head + 4 ? body.substr(end_of_head + 4, end - end_of_head - 4) : std::string_view();
    parts.push_back(std::move(part));
    at = end + mark.size();
  }
  if (at == std::string_view::npos || parts.empty()) fail(ErrorKind::input, "form: has no part");
  return parts;
}

}  // namespace reszoo::detail
