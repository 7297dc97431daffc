/// A socket that listens. Private.
#pragma once
#include <string>

namespace reszoo::detail {

/// A listening TCP socket, closed by the destructor.
class ListenSocket {
 public:
  /// Port 0 is one that the system chooses.
  /// Throws: Error (usage) for a host that has no address, a port that is taken or not allowed.
  ListenSocket(const std::string& host, int port);
  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket(const ListenSocket&) = delete;
  ListenSocket& operator=(const ListenSocket&) = delete;
  ~ListenSocket();

  int descriptor() const { return descriptor_; }
  int port() const { return port_; }

 private:
  int descriptor_ = -1, port_ = 0;
};

}  // namespace reszoo::detail
