/// Requests and answers of HTTP. Private.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reszoo::detail {

struct HttpRequest {
  std::string method, path;                  ///< path: decoded, without the query
  std::map<std::string, std::string> query;  ///< of `?model=a&topk=3`
  std::string body;
  std::string content_type;                ///< header Content-Type, as it is spelt
  std::string authorization;               ///< header Authorization
  std::string client;                      ///< its address
  std::optional<std::string> json_length;  ///< header Inference-Header-Content-Length

  /// Returns a value of the query, or "".
  std::string option(const std::string& name) const;
};

struct HttpAnswer {
  int status = 200;
  std::string body = {};
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Thrown for a request that gets another status than 400 for its error.
class HttpError : public std::exception {
 public:
  HttpError(int status, std::string message, std::vector<std::pair<std::string, std::string>> headers = {})
      : status_(status), message_(std::move(message)), headers_(std::move(headers)) {}
  const char* what() const noexcept override { return message_.c_str(); }
  HttpAnswer answer() const;

 private:
  int status_;
  std::string message_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

/// Returns `{"error": message}` with this status.
HttpAnswer error_answer(int status, const std::string& message);

/// Returns a message without its hint at an option of the tools, `; --missing x …`, which a client cannot give.
std::string without_options(std::string message);

/// Returns the answer for an exception: 400 for an Error, 503 or 504 for a Refused, 500 for others.
HttpAnswer error_answer(const std::exception_ptr& error);

}  // namespace reszoo::detail
