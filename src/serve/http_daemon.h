/// An HTTP server: libmicrohttpd with a few threads for all connections. Private.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "http.h"
#include "listen_socket.h"

struct MHD_Connection;
struct MHD_Daemon;

namespace reszoo::detail {

class HttpDaemon;

/// A request and the place for its answer. `answer` may be called from any thread, once.
class Exchange {
 public:
  const HttpRequest& request() const { return request_; }

  /// Answers the request.
  void answer(HttpAnswer answer);

  /// Lets the connection wait for `answer`, which another thread will call. Must be called before that, from the
  /// handler.
  void defer();

 private:
  friend class HttpDaemon;
  HttpDaemon* daemon_ = nullptr;
  MHD_Connection* connection_ = nullptr;
  HttpRequest request_;
  HttpAnswer answer_;
  bool deferred_ = false, answered_ = false;
  bool waited_ = false;                // whether the connection was suspended
  size_t received_ = 0, counted_ = 0;  // bytes of the body; those in the daemon's sum
  double began_ = 0;                   // seconds
};

struct HttpDaemonOptions {
  size_t max_body = 0;    ///< bytes of a body
  size_t max_bodies = 0;  ///< bytes of the bodies of all requests at the same time
  unsigned max_connections = 0;
  unsigned idle_seconds = 30;  ///< connections without any traffic are closed
  unsigned threads = 1;
  std::string certificate, key;  ///< PEM text; TLS if they are not ""
};

/// Listens and calls the handler for each complete request.
class HttpDaemon {
 public:
  struct Handlers {
    /// Is called when the headers are there, before the body is read. Returns an answer to refuse the request.
    std::function<std::optional<HttpAnswer>(const HttpRequest&)> admit;
    /// Is called with each complete request. It answers, now or after `defer` later.
    std::function<void(const std::shared_ptr<Exchange>&)> handle;
    /// Is called when an answer has been sent, or the client is gone.
    std::function<void(const Exchange&, const HttpAnswer&, double seconds)> finished;
  };

  /// Throws: Error (usage) for a certificate that cannot be used.
  HttpDaemon(ListenSocket socket, const HttpDaemonOptions& options, Handlers handlers);

  /// Closes all connections. Every request must have been answered.
  ~HttpDaemon();
  HttpDaemon(const HttpDaemon&) = delete;
  HttpDaemon& operator=(const HttpDaemon&) = delete;

  /// Accepts no further connection.
  void quiesce();

  /// Returns how many requests have begun and are not finished.
  int64_t open_requests() const { return open_; }

 private:
  friend class Exchange;
  struct Callbacks;  // what libmicrohttpd calls

  std::shared_ptr<Exchange> begin(MHD_Connection* connection, const char* path, const char* method);
  bool take_body(Exchange& exchange, const char* bytes, size_t size);
  bool send(Exchange& exchange) const;
  void finish(Exchange& exchange);

  HttpDaemonOptions options_;
  Handlers handlers_;
  ListenSocket socket_;
  std::atomic<int64_t> open_ = 0;
  std::atomic<size_t> bodies_ = 0;
  std::atomic<bool> starting_ = true;
  std::string complaint_;  // what libmicrohttpd says about a failed start
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace reszoo::detail
