/// The files of one repository in the cache of the Python package huggingface_hub.
#pragma once
#include <filesystem>
#include <string>

#include "file_digest.h"
#include "reszoo/hub/hf_hub.h"

namespace reszoo {

/// The folder `models--owner--name` of the cache:
///
///     refs/main                            the commit of a branch or tag
///     snapshots/<commit>/config.json       a link to the blob
///     blobs/<entity tag>                   the content
///     .no_exist/<commit>/vocab.json        an empty file: this one is not in the repository
class HubCache {
 public:
  explicit HubCache(const HubRepository& repository);

  const std::filesystem::path& folder() const { return folder_; }

  /// Returns the commit of the repository's revision; "" if the cache does not have it.
  std::string commit() const;

  /// Returns the folder with the files of the revision, which may not exist yet.
  std::filesystem::path snapshot() const;

  std::filesystem::path blob(const std::string& tag) const { return folder_ / "blobs" / tag; }

  /// Returns the lock file of a blob, which huggingface_hub uses too.
  std::filesystem::path lock(const std::string& tag) const;

  /// Stores that the revision is this commit.
  void write_commit(const std::string& commit) const;

  /// Makes the file of the commit a link to the blob.
  void link(const std::string& commit, const std::string& file, const std::string& tag) const;

  /// Whether it is known that the commit lacks the file.
  bool lacks(const std::string& file) const;
  void write_lack(const std::string& commit, const std::string& file) const;

 private:
  std::filesystem::path cache_, folder_;
  std::string revision_;
};

/// Returns the digest that a file of a snapshot must have, from the name of the blob that it is a link to.
FileDigest digest_of_link(const std::filesystem::path& path);

/// Makes a folder and those above it.
/// Throws: Error (file) if that is not possible.
void make_folder(const std::filesystem::path& folder);

}  // namespace reszoo
