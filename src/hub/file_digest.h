/// The digest of a file's content, of the kinds that servers name.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace reszoo {

/// A digest that a file must have.
struct FileDigest {
  enum class Kind {
    none,      ///< nothing is known of the content
    sha256,    ///< of the content
    git_blob,  ///< git's name of the content: the SHA-1 of "blob <size>\0" and the content
  };
  Kind kind = Kind::none;
  std::string hex = {};  ///< lower case; the first digits are enough

  /// Returns the digest of this kind that a file has; "" for `none`.
  /// Throws: Error (file) if it cannot be read.
  std::string of(const std::filesystem::path& path) const;

  /// Returns the kind as text, for messages: "SHA-256", "git SHA-1".
  std::string_view name() const;
};

/// Returns the digest that an entity tag of the Hugging Face Hub is: 64 hexadecimal digits are a SHA-256, 40 are git's
/// name of the content, and any other tag says nothing.
FileDigest digest_of_tag(const std::string& tag);

}  // namespace reszoo
