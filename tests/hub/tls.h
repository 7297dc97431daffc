// A test certificate for https servers.
#pragma once
#include <openssl/ssl.h>

#include <filesystem>
#include <memory>

namespace reszoo::test {

/// A key and its certificate for 127.0.0.1, which no client trusts by default.
class Certificate {
 public:
  /// Writes the certificate to `path`, for a client to trust.
  explicit Certificate(const std::filesystem::path& path);
  SSL_CTX* context() const { return context_.get(); }

 private:
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
};

}  // namespace reszoo::test
