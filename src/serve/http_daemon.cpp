#include "http_daemon.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <cstdarg>
#include <cstdlib>
#include <utility>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/serve/call.h"

namespace reszoo::detail {
namespace {

/// Memory of a connection for its headers and buffers. libmicrohttpd answers headers that do not fit by itself, in
/// HTML.
constexpr size_t kConnectionMemory = 32 * 1024;
constexpr size_t kMostHeaders = 16 * 1024;  // bytes; the answer to more of them is ours

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::optional<std::string> header(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

/// Returns the length that the client claims, or 0.
size_t claimed_length(MHD_Connection* connection) {
  return static_cast<size_t>(std::strtoull(header(connection, "Content-Length").value_or("0").c_str(), nullptr, 10));
}

size_t header_size(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}

std::string client_of(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (!info || !info->client_addr) return "";
  const auto* address = info->client_addr;
  char text[INET6_ADDRSTRLEN] = "";
  const bool six = address->sa_family == AF_INET6;
  ::inet_ntop(address->sa_family,
              six ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr)
                  : static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr),
              text, sizeof text);
  return text;
}

}  // namespace

struct HttpDaemon::Callbacks {
  static std::shared_ptr<Exchange>& exchange_in(void* state) { return *static_cast<std::shared_ptr<Exchange>*>(state); }

  /// Is called with the headers, with each part of the body, at its end, and after `answer`.
  static MHD_Result access(void* self, MHD_Connection* connection, const char* path, const char* method, const char*,
                           const char* bytes, size_t* size, void** state) {
    auto& daemon = *static_cast<HttpDaemon*>(self);
    if (!*state) {
      const auto exchange = daemon.begin(connection, path, method);
      *state = new std::shared_ptr<Exchange>(exchange);
      return exchange->answered_ && exchange->received_ > 0 ? send_now(daemon, *exchange) : MHD_YES;
    }
    const auto exchange = exchange_in(*state);
    if (*size > 0) {
      const bool good = daemon.take_body(*exchange, bytes, *size);
      *size = 0;
      return good ? MHD_YES : MHD_NO;
    }
    // Another thread may answer a deferred request at any moment, so it is sent in the call after it was resumed.
    if (!exchange->deferred_ && !exchange->answered_) daemon.handlers_.handle(exchange);
    const bool waits = exchange->deferred_ && !std::exchange(exchange->waited_, true);
    return waits ? MHD_YES : send_now(daemon, *exchange);
  }

  static MHD_Result send_now(const HttpDaemon& daemon, Exchange& exchange) {
    return daemon.send(exchange) ? MHD_YES : MHD_NO;
  }

  /// Keeps the first line that libmicrohttpd says while it starts. What it says later is about clients.
  static void keep_line(void* self, const char* format, va_list arguments) {
    auto& daemon = *static_cast<HttpDaemon*>(self);
    if (!daemon.starting_ || !daemon.complaint_.empty()) return;
    char text[256];
    std::vsnprintf(text, sizeof text, format, arguments);
    daemon.complaint_ = std::string(text).substr(0, std::string(text).find('\n'));
  }

  static MHD_Result add_option(void* query, MHD_ValueKind, const char* name, const char* value) {
    (*static_cast<std::map<std::string, std::string>*>(query))[name] = value ? value : "";
    return MHD_YES;
  }

  static void completed(void* self, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    if (!*state) return;
    static_cast<HttpDaemon*>(self)->finish(*exchange_in(*state));
    delete &exchange_in(*state);
    *state = nullptr;
  }
};

void Exchange::defer() {
  deferred_ = true;
  MHD_suspend_connection(connection_);
}

void Exchange::answer(HttpAnswer answer) {
  answer_ = std::move(answer);
  answered_ = true;
  if (deferred_) MHD_resume_connection(connection_);
}

HttpDaemon::HttpDaemon(ListenSocket socket, const HttpDaemonOptions& options, Handlers handlers)
    : options_(options), handlers_(std::move(handlers)), socket_(std::move(socket)) {
  const bool tls = !options_.certificate.empty();
  // Not epoll: in libmicrohttpd 0.9.75 it misses the end of a connection that arrives with its last bytes, and keeps
  // the connection until it is idle for too long.
  unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG;
  std::vector<MHD_OptionItem> more;
  if (tls) {
    flags |= MHD_USE_TLS;
    more.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, options_.certificate.data()});
    more.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, options_.key.data()});
  }
  if (options_.threads > 1)
    more.push_back({MHD_OPTION_THREAD_POOL_SIZE, static_cast<intptr_t>(options_.threads), nullptr});
  more.push_back({MHD_OPTION_END, 0, nullptr});
  daemon_ = MHD_start_daemon(flags, 0, nullptr, nullptr, &Callbacks::access, this,      //
                             MHD_OPTION_EXTERNAL_LOGGER, &Callbacks::keep_line, this,   //
                             MHD_OPTION_LISTEN_SOCKET, socket_.descriptor(),            //
                             MHD_OPTION_NOTIFY_COMPLETED, &Callbacks::completed, this,  //
                             MHD_OPTION_CONNECTION_LIMIT, options_.max_connections,     //
                             MHD_OPTION_CONNECTION_TIMEOUT, options_.idle_seconds,      //
                             MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory,     //
                             MHD_OPTION_ARRAY, more.data(), MHD_OPTION_END);
  starting_ = false;
  if (!daemon_)
    fail(ErrorKind::usage, "{}: {}", tls ? "tls: the certificate or its key cannot be used" : "http: cannot start",
         complaint_);
}

HttpDaemon::~HttpDaemon() {
  quiesce();
  MHD_stop_daemon(daemon_);
}

/// From then on the socket is closed by its owner, not by libmicrohttpd.
void HttpDaemon::quiesce() { MHD_quiesce_daemon(daemon_); }

std::shared_ptr<Exchange> HttpDaemon::begin(MHD_Connection* connection, const char* path, const char* method) {
  ++open_;
  auto exchange = std::make_shared<Exchange>();
  exchange->daemon_ = this;
  exchange->connection_ = connection;
  exchange->began_ = seconds_now();
  auto& request = exchange->request_;
  request.method = method;
  request.path = path;
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &Callbacks::add_option, &request.query);
  request.content_type = header(connection, "Content-Type").value_or("");
  request.authorization = header(connection, "Authorization").value_or("");
  request.client = client_of(connection);
  request.json_length = header(connection, "Inference-Header-Content-Length");
  const auto length = claimed_length(connection);
  if (const auto size = header_size(connection); size > kMostHeaders) {
    exchange->answer(error_answer(431, fmt::format("headers may have {} bytes, got {}", kMostHeaders, size)));
    exchange->received_ = 1;  // its body is not waited for
  } else if (auto refusal = handlers_.admit(request)) {
    exchange->answer(std::move(*refusal));
  } else if (length > options_.max_body) {
    exchange->answer(error_answer(413, fmt::format("a request may have {} bytes, got {}", options_.max_body, length)));
    exchange->received_ = 1;  // its body is not waited for
  } else if (bodies_ + length > options_.max_bodies) {
    exchange->answer(error_answer(std::make_exception_ptr(Refused(Refusal::full))));
  } else {
    exchange->counted_ = length;
    bodies_ += length;
    request.body.reserve(length);
  }
  return exchange;
}

bool HttpDaemon::take_body(Exchange& exchange, const char* bytes, size_t size) {
  exchange.received_ += size;
  if (exchange.answered_) return exchange.received_ <= 2 * options_.max_body;  // the rest of a refused request
  auto& body = exchange.request_.body;
  if (exchange.received_ > options_.max_body) {
    exchange.answer(error_answer(413, fmt::format("a request may have {} bytes", options_.max_body)));
    std::string().swap(body);
    return true;
  }
  body.append(bytes, size);
  if (body.size() > exchange.counted_) {  // of a length that was not known
    bodies_ += body.size() - exchange.counted_;
    exchange.counted_ = body.size();
    if (bodies_ > options_.max_bodies) exchange.answer(error_answer(std::make_exception_ptr(Refused(Refusal::full))));
  }
  return true;
}

bool HttpDaemon::send(Exchange& exchange) const {
  auto& answer = exchange.answer_;
  auto* response = MHD_create_response_from_buffer(answer.body.size(), answer.body.data(), MHD_RESPMEM_PERSISTENT);
  if (!response) return false;
  MHD_add_response_header(response, "Content-Type", answer.type.c_str());
  for (const auto& [name, value] : answer.headers) MHD_add_response_header(response, name.c_str(), value.c_str());
  const auto good = MHD_queue_response(exchange.connection_, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return good == MHD_YES;
}

void HttpDaemon::finish(Exchange& exchange) {
  bodies_ -= exchange.counted_;
  if (!exchange.answered_) exchange.answer_ = {.status = 499};  // the client is gone
  handlers_.finished(exchange, exchange.answer_, seconds_now() - exchange.began_);
  --open_;
}

}  // namespace reszoo::detail
