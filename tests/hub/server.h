// A web server on this machine that behaves as badly as a test wants.
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

/// What the server does with a request.
struct Answer {
  int status = 200;
  std::string body = {};
  std::vector<std::string> headers = {};  ///< such as "Location: /elsewhere"
  bool knows_ranges = true;               ///< sends the part that is asked for
  bool says_length = true;                ///< else the end of the connection is the end of the body
  std::optional<size_t> cut_after = {};   ///< bytes of the body, then the connection is closed
  std::optional<size_t> hang_after = {};  ///< bytes of the body, then nothing comes any more
  std::chrono::milliseconds pause{0};     ///< between pieces of the body
  size_t piece = 1 << 16;                 ///< bytes
};

/// A request that came.
struct Asked {
  std::string path;
  std::string range;  ///< value of its Range header, "" without
};

struct Connection;

/// Listens on 127.0.0.1 in a thread of its own; one connection at a time, one
/// request each. With a certificate it speaks https.
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

/// A URL on which nobody listens.
std::string refused_url();

}  // namespace reszoo::test
