// A client of HTTP/1.1 that can also send what no good client sends.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace reszoo::test {

/// An answer of the server.
struct Reply {
  int status = 0;                              ///< 0: the connection was closed without an answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  nlohmann::json json() const { return nlohmann::json::parse(body); }
  /// The text of "error", or what the body is instead.
  std::string error() const;
};

/// A request; its length is added.
struct Asking {
  std::string path, method = "GET", body = {}, type = {};
  std::vector<std::string> headers = {};  ///< such as "Authorization: Bearer x"
};

/// A connection to 127.0.0.1, closed by the destructor.
class HttpClient {
 public:
  explicit HttpClient(int port);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Reply ask(const Asking& asking);
  bool send(std::string_view bytes) const;
  Reply read();

 private:
  bool receive();

  int socket_;
  std::string received_;
};

/// Asks on a connection of its own.
Reply get(int port, const std::string& path, const std::vector<std::string>& headers = {});
Reply post(int port, const std::string& path, const std::string& body, const std::string& type = "application/json",
           const std::vector<std::string>& headers = {});

}  // namespace reszoo::test
