#include "object_store.h"

#include <fmt/format.h>

#include <algorithm>

namespace reszoo::test {
namespace {

/// Returns a query's value, with %2F as a slash.
std::string value_in(const std::string& query, const std::string& name) {
  const auto at = query.find(name + "=");
  if (at == std::string::npos) return "";
  auto value = query.substr(at + name.size() + 1);
  value.resize(std::min(value.find('&'), value.size()));
  for (size_t slash = 0; (slash = value.find("%2F", slash)) != std::string::npos;) value.replace(slash, 3, "/");
  return value;
}

Answer refused(int status, const std::string& code) {
  return {.status = status,
          .body = fmt::format("<?xml version=\"1.0\"?><Error><Code>{}</Code><Message>{}</Message></Error>", code, code),
          .headers = {"Content-Type: application/xml"}};
}

}  // namespace

Answer ObjectStore::answer(const Asked& asked) {
  if (denied) return refused(403, "SignatureDoesNotMatch");
  const auto path = asked.path.substr(0, asked.path.find('?'));
  if (path != "/shop" && !path.starts_with("/shop/")) return refused(404, "NoSuchBucket");
  const auto key = path.size() > 6 ? path.substr(6) : "";
  if (key.empty()) return list(value_in(asked.path, "prefix"));
  const auto found = files.find(key);
  if (found == files.end()) return refused(404, "NoSuchKey");
  Answer answer{.body = found->second,
                .headers = {"ETag: \"1\"", "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT", "Accept-Ranges: bytes"}};
  if (asked.method == "GET" && cuts > 0) {
    --cuts;
    answer.cut_after = 10;
  }
  return answer;
}

Answer ObjectStore::list(const std::string& prefix) const {
  std::string entries;
  int count = 0;
  for (const auto& [key, content] : files)
    if (key.starts_with(prefix)) {
      ++count;
      entries += fmt::format(
          "<Contents><Key>{}</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified><Size>{}</Size>"
          "</Contents>",
          key, content.size());
    }
  return {.body = fmt::format("<?xml version=\"1.0\"?><ListBucketResult><Name>shop</Name><Prefix>{}</Prefix>"
                              "<KeyCount>{}</KeyCount><IsTruncated>false</IsTruncated>{}</ListBucketResult>",
                              prefix, count, entries),
          .headers = {"Content-Type: application/xml"}};
}

}  // namespace reszoo::test
