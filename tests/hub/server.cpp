#include "server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace reszoo::test {

/// A socket, with or without TLS.
struct Connection {
  int socket;
  SSL* tls = nullptr;

  Connection(int accepted, const Certificate* certificate) : socket(accepted) {
    if (!certificate) return;
    tls = SSL_new(certificate->context());
    SSL_set_fd(tls, socket);
    if (SSL_accept(tls) != 1) ::close(std::exchange(socket, -1));  // the client does not trust the certificate
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (tls && is_open()) SSL_shutdown(tls);
    SSL_free(tls);
    if (is_open()) ::close(socket);
  }

  bool is_open() const { return socket >= 0; }
  ssize_t receive(char* bytes, size_t most) const {
    return tls ? SSL_read(tls, bytes, static_cast<int>(most)) : ::recv(socket, bytes, most, 0);
  }
  ssize_t send(std::string_view bytes) const {
    return tls ? SSL_write(tls, bytes.data(), static_cast<int>(bytes.size()))
               : ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
};

namespace {

/// Opens a listening socket on a port that the system chooses.
std::pair<int, int> listen_somewhere() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || ::bind(listener, any, size) != 0 || ::listen(listener, 16) != 0 ||
      ::getsockname(listener, any, &size) != 0)
    throw std::runtime_error("Server: cannot listen on 127.0.0.1");
  return {listener, ntohs(address.sin_port)};
}

bool is_readable(int socket, int milliseconds) {
  pollfd one{socket, POLLIN, 0};
  return ::poll(&one, 1, milliseconds) > 0;
}

std::string read_head(Connection& connection) {
  std::string head;
  char bytes[4096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const auto count = connection.receive(bytes, sizeof bytes);
    if (count <= 0) break;
    head.append(bytes, static_cast<size_t>(count));
  }
  return head;
}

/// Returns the value of a header of the request, or "".
std::string header_of(const std::string& head, const std::string& name) {
  const auto same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
  const auto line = "\r\n" + name + ": ";
  const auto found = std::search(head.begin(), head.end(), line.begin(), line.end(), same);
  const auto at = found == head.end() ? std::string::npos : static_cast<size_t>(found - head.begin());
  if (at == std::string::npos) return "";
  const auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

Asked parse(const std::string& head) {
  const auto start = head.find(' ') + 1;
  return {.method = head.substr(0, start - 1),
          .path = head.substr(start, head.find(' ', start) - start),
          .range = header_of(head, "Range"),
          .authorization = header_of(head, "Authorization")};
}

bool send_all(Connection& connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = connection.send(bytes);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

/// Reduces the body to the range that "bytes=5-" or "bytes=5-9" requests.
void take_range(Answer& answer, const std::string& range) {
  if (range.empty() || !answer.knows_ranges || answer.status != 200) return;
  const auto size = answer.body.size();
  const auto from = std::stoul(range.substr(range.find('=') + 1));
  const auto last = range.substr(range.find('-') + 1);
  const auto end = last.empty() ? size : std::min(size, std::stoul(last) + 1);
  answer.status = from < size ? 206 : 416;
  answer.headers.push_back(from < size ? fmt::format("Content-Range: bytes {}-{}/{}", from, end - 1, size)
                                       : fmt::format("Content-Range: bytes */{}", size));
  answer.body = from < size ? answer.body.substr(from, end - from) : "";
}

}  // namespace

Server::Server(Handler handler, const Certificate* certificate)
    : handler_(std::move(handler)), certificate_(certificate) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL may write to a client that has disconnected
  std::tie(listener_, port_) = listen_somewhere();
  thread_ = std::thread([this] { serve(); });
}

Server::~Server() {
  stopped_ = true;
  thread_.join();
  ::close(listener_);
}

std::string Server::url(const std::string& path) const {
  return fmt::format("{}://127.0.0.1:{}{}", certificate_ ? "https" : "http", port_, path);
}

std::vector<Asked> Server::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void Server::serve() {
  while (!stopped_) {
    if (!is_readable(listener_, 10)) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    Connection connection(socket, certificate_);
    if (connection.is_open()) answer(connection);
  }
}

void Server::answer(Connection& connection) {
  const auto asked = parse(read_head(connection));
  size_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = asked_.size();
    asked_.push_back(asked);
  }
  auto answer = handler_(asked, number);
  take_range(answer, asked.range);
  auto head = fmt::format("HTTP/1.1 {} Answer\r\nConnection: close\r\n", answer.status);
  if (answer.says_length) head += fmt::format("Content-Length: {}\r\n", answer.body.size());
  for (const auto& line : answer.headers) head += line + "\r\n";
  if (!send_all(connection, head + "\r\n") || asked.method == "HEAD") return;
  std::string_view body = answer.body;
  if (const auto end = answer.cut_after ? answer.cut_after : answer.hang_after) body = body.substr(0, *end);
  while (!body.empty() && !stopped_ && send_all(connection, body.substr(0, answer.piece))) {
    body.remove_prefix(std::min(answer.piece, body.size()));
    std::this_thread::sleep_for(answer.pause);
  }
  // The socket becomes readable when the client closes it.
  while (answer.hang_after && !stopped_ && !is_readable(connection.socket, 10)) {
  }
}

std::string refused_url() {
  const auto [listener, port] = listen_somewhere();
  ::close(listener);
  return fmt::format("http://127.0.0.1:{}", port);
}

}  // namespace reszoo::test
