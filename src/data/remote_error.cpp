#include "remote_error.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

/// Where each store looks for its keys.
std::string_view keys_of(const std::string& scheme) {
  if (scheme == "s3") return "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or ~/.aws/credentials";
  if (scheme == "gs" || scheme == "gcs")
    return "GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login";
  if (scheme.starts_with("abfs")) return "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or az login";
  return "HADOOP_HOME, JAVA_HOME and CLASSPATH";
}

bool has_any(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](auto word) { return text.find(word) != std::string::npos; });
}

bool is_denied(const std::string& text) {
  return has_any(text, {"ACCESS_DENIED",
                        "AccessDenied",
                        "INVALID_ACCESS_KEY_ID",
                        "InvalidAccessKeyId",
                        "SignatureDoesNotMatch",
                        "SIGNATURE_DOES_NOT_MATCH",
                        "INVALID_SIGNATURE",
                        "Forbidden",
                        "UNAUTHORIZED",
                        "Unauthorized",
                        "Permission denied",
                        "PERMISSION_DENIED",
                        "UNAUTHENTICATED",
                        "HTTP response code: 403",
                        "HTTP response code: 401",
                        "ExpiredToken",
                        "EXPIRED_TOKEN",
                        "InvalidToken",
                        "get token",
                        "access token"});
}

bool is_connection(const std::string& text) {
  return has_any(text, {"NETWORK_CONNECTION", "curlCode", "Could not connect", "Couldn't connect", "Failed to connect",
                        "Connection reset", "connection was closed", "timed out", "Timeout", "REQUEST_TIMEOUT",
                        "Could not resolve"});
}

/// Returns the store's own words in one short line.
std::string short_text(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  if (const auto details = text.find("; Details"); details != std::string::npos) text.resize(details);
  if (const auto id = text.find(" (Request ID"); id != std::string::npos) text.resize(id);
  return valid_utf8(text.substr(0, 300));
}

}  // namespace

std::string remote_reason(const std::filesystem::path& url, const arrow::Status& status) {
  const auto& text = status.message();
  if (has_any(text, {"NO_SUCH_BUCKET", "NoSuchBucket"})) return "there is no such bucket";
  if (is_denied(text))
    return fmt::format("access is denied ({}); keys are taken from {}", short_text(text), keys_of(scheme_of(url)));
  if (has_any(text, {"does not exist", "No such file", "not found", "NO_SUCH_KEY"})) return "there is no such file";
  if (is_connection(text)) return fmt::format("the connection failed, also when tried again ({})", short_text(text));
  return fmt::format("cannot be read ({})", short_text(text));
}

void fail_remote(const std::filesystem::path& url, const arrow::Status& status) {
  fail(ErrorKind::file, "{}: {}", plain_url(url).string(), remote_reason(url, status));
}

bool may_succeed_later(const arrow::Status& status) {
  const auto& text = status.message();
  // A server that is not there was tried several times by the client below.
  if (is_denied(text) || has_any(text, {"Could not connect", "Couldn't connect", "Could not resolve"})) return false;
  return is_connection(text) || has_any(text, {"SLOW_DOWN", "SlowDown", "INTERNAL_FAILURE", "InternalError",
                                               "SERVICE_UNAVAILABLE", "ServiceUnavailable"});
}

}  // namespace reszoo
