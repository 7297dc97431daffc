// A local web server that can misbehave for tests.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tls.h"

namespace reszoo::test {

/// The response of the server to a request.
struct Answer {
  int status = 200;
  std::string body = {};
  std::vector<std::string> headers = {};  ///< such as "Location: /elsewhere"
  bool knows_ranges = true;               ///< whether it sends only the requested range
  bool says_length = true;                ///< if false, the end of the connection marks the end of the body
  std::optional<size_t> cut_after = {};   ///< closes the connection after this many bytes of the body
  std::optional<size_t> hang_after = {};  ///< sends nothing more after this many bytes of the body
  std::chrono::milliseconds pause{0};     ///< between pieces of the body
  size_t piece = 1 << 16;                 ///< bytes
};

/// A request that was received.
struct Asked {
  std::string method;  ///< "GET" or "HEAD"
  std::string path;
  std::string range;          ///< value of its Range header, or "" if there is none
  std::string authorization;  ///< value of this header, or ""
};

struct Connection;

/// Listens on 127.0.0.1 in a separate thread; one connection at a time, one request per connection. With a certificate
/// it uses https.
class Server {
 public:
  using Handler = std::function<Answer(const Asked& asked, size_t number)>;  ///< number counts from 0

  explicit Server(Handler handler, const Certificate* certificate = nullptr);
  explicit Server(const Answer& always, const Certificate* certificate = nullptr)
      : Server([always](const Asked&, size_t) { return always; }, certificate) {}
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string url(const std::string& path = "") const;
  std::vector<Asked> asked() const;

 private:
  void serve();
  void answer(Connection& connection);

  Handler handler_;
  const Certificate* certificate_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopped_ = false;
  mutable std::mutex mutex_;
  std::vector<Asked> asked_;
  std::thread thread_;
};

/// Returns a URL whose port does not accept connections.
std::string refused_url();

}  // namespace reszoo::test
