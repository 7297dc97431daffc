/// The files of one repository of the Hugging Face Hub: from the cache, or else from the server.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hf_cache.h"
#include "hf_head.h"
#include "transfer.h"

namespace reszoo {

/// Finds files and downloads them.
class HubFiles {
 public:
  /// `wanted` are the files that a user needs if nothing can be downloaded, for messages.
  HubFiles(HubRepository repository, FetchOptions options, std::vector<std::string> wanted);

  const HubRepository& repository() const { return repository_; }

  /// Returns the path of a file in the cache; nothing if it is not there, or damaged.
  std::optional<std::filesystem::path> cached(const std::string& file);

  /// Downloads a file and returns its path; nothing if the repository does not have it.
  /// Throws: Error (file), as `fetch_hub_weights` does.
  std::optional<std::filesystem::path> fetch(const std::string& file);

  /// Returns the path of a file, which is downloaded if the cache lacks it; nothing if the repository does not have it.
  /// Throws: as `fetch`.
  std::optional<std::filesystem::path> get(const std::string& file);

 private:
  std::string url(const std::string& file) const;
  std::filesystem::path download(const std::string& file, const HubAnswer& answer);
  void fill(const std::filesystem::path& blob, const std::string& file, const HubAnswer& answer);
  [[noreturn]] void fail_unreachable(const std::string& reason) const;

  HubRepository repository_;
  FetchOptions options_;
  std::vector<std::string> wanted_;
  HubCache cache_;
  std::string damaged_ = {};  // what is wrong with a file of the cache
};

}  // namespace reszoo
