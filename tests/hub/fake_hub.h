// A local server that answers as the Hugging Face Hub does.
#pragma once
#include <map>
#include <string>

#include "server.h"
#include "support/support.h"
#include "variables.h"

namespace reszoo::test {

/// Returns SHA-256, and git's name of a content: what the Hub's entity tags are.
std::string sha256_text(const std::string& content);
std::string git_blob_text(const std::string& content);

/// One repository on two servers: the Hub, which answers to /owner/net/resolve/main/config.json, and the storage of
/// large files, which it redirects to. A home folder without files belongs to it, and the variables of the caches.
///
/// Small files are redirected to another path of the Hub, as it does.
class FakeHub {
 public:
  using Change = std::function<void(const Asked& asked, size_t number, Answer& answer)>;

  explicit FakeHub(Change hub = {}, Change storage = {});

  TempDir home;
  std::string name = "owner/net", commit = std::string(39, '0') + "7";
  std::map<std::string, std::string> files;  ///< those that end in .json are small
  std::string token;                         ///< if not empty, the repository is gated for everyone else

  /// The folder of the repository in the cache.
  std::filesystem::path cache() const;
  std::filesystem::path snapshot() const { return cache() / "snapshots" / commit; }

  const Server& hub() const { return hub_; }
  const Server& storage() const { return storage_; }

 private:
  Answer answer(const Asked& asked) const;
  Answer answer_file(const std::string& path, const std::string& file) const;
  Answer answer_storage(const Asked& asked) const;

  Variables home_;
  Server storage_, hub_;
  Variables endpoint_;
};

}  // namespace reszoo::test
