#include "http_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace reszoo::test {

std::string Reply::error() const {
  const auto parsed = nlohmann::json::parse(body, nullptr, false);
  return parsed.is_object() && parsed.contains("error") ? parsed.at("error").get<std::string>()
                                                        : fmt::format("no error but {}: {}", status, body);
}

HttpClient::HttpClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("HttpClient: the connection is refused");
  }
}

HttpClient::~HttpClient() { ::close(socket_); }

bool HttpClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool HttpClient::receive() {
  char bytes[65536];
  const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
  if (count > 0) received_.append(bytes, static_cast<size_t>(count));
  return count > 0;
}

Reply HttpClient::read() {
  size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos)
    if (!receive()) return {};
  Reply reply{.status = std::stoi(received_.substr(9, 3)), .headers = {}, .body = {}};
  for (size_t at = received_.find("\r\n") + 2; at < end + 2;) {
    const auto line_end = received_.find("\r\n", at), colon = received_.find(": ", at);
    auto name = received_.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    reply.headers[name] = received_.substr(colon + 2, line_end - colon - 2);
    at = line_end + 2;
  }
  const size_t length = reply.headers.contains("content-length") ? std::stoul(reply.headers["content-length"]) : 0;
  while (received_.size() < end + 4 + length)
    if (!receive()) return {};
  reply.body = received_.substr(end + 4, length);
  received_.erase(0, end + 4 + length);
  return reply;
}

Reply HttpClient::ask(const Asking& asking) {
  auto head = fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\n", asking.method, asking.path);
  if (!asking.body.empty()) head += fmt::format("Content-Length: {}\r\n", asking.body.size());
  if (!asking.type.empty()) head += fmt::format("Content-Type: {}\r\n", asking.type);
  for (const auto& line : asking.headers) head += line + "\r\n";
  send(head + "\r\n" + asking.body);
  return read();
}

Reply get(int port, const std::string& path, const std::vector<std::string>& headers) {
  return HttpClient(port).ask({.path = path, .headers = headers});
}

Reply post(int port, const std::string& path, const std::string& body, const std::string& type,
           const std::vector<std::string>& headers) {
  return HttpClient(port).ask({.path = path, .method = "POST", .body = body, .type = type, .headers = headers});
}

}  // namespace reszoo::test
