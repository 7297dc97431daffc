// The server with a certificate.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "hub/tls.h"
#include "reszoo/base/atomic_file.h"
#include "served_files.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

std::string pem_of_key(const Certificate& certificate) {
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(memory.get(), SSL_CTX_get0_privatekey(certificate.context()), nullptr, nullptr, 0, nullptr,
                           nullptr);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<size_t>(size)};
}

/// Sends a request over TLS and returns the answer's first bytes, or "" if there is no TLS. It trusts any server.
std::string ask_over_tls(int port, const std::string& request) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  const std::unique_ptr<SSL, void (*)(SSL*)> tls(SSL_new(context.get()), SSL_free);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer(4096, '\0');
  int count = 0;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      SSL_set_fd(tls.get(), socket) == 1 && SSL_connect(tls.get()) == 1 &&
      SSL_write(tls.get(), request.data(), static_cast<int>(request.size())) > 0)
    count = SSL_read(tls.get(), answer.data(), static_cast<int>(answer.size()));
  ::close(socket);
  answer.resize(static_cast<size_t>(std::max(count, 0)));
  return answer;
}

}  // namespace

TEST(ModelServer, Https) {
  const TempDir folder;
  const Certificate certificate(folder / "certificate.pem");
  ServerOptions options;
  options.certificate = read_file(folder / "certificate.pem");
  options.key = pem_of_key(certificate);
  const auto served = serve_goods(options);
  EXPECT_TRUE(served.server->url().starts_with("https://127.0.0.1:"));
  const std::string row = R"({"size": 3, "colour": "red"})";
  const auto answer = ask_over_tls(served.port(), fmt::format("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: {}"
                                                              "\r\n\r\n{}",
                                                              row.size(), row));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
}
