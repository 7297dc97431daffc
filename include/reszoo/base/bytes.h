/// Bytes that stay where they are for as long as somebody needs them.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace reszoo {

/// A run of bytes and what keeps them alive. Copies and parts share the bytes; a
/// tensor made of them holds `owner()`.
class Bytes {
 public:
  /// Maps a file: pages are read when they are touched. They may be written to,
  /// which changes this process's copy and not the file. What is no regular file
  /// (a pipe) is read.
  ///
  /// The file must not be made shorter while it is mapped: the system then ends
  /// the process that touches the lost part. Replacing it by a rename, as
  /// `write_file` does, is safe.
  ///
  /// Throws: Error (file) if it is missing, a folder, or cannot be read.
  static Bytes map(const std::filesystem::path& path);

  /// Bytes that the caller keeps alive and unchanged, those of a program's
  /// constants too: readers copy out of them.
  static Bytes view(const void* data, size_t size);

  /// Bytes of a string that is kept.
  static Bytes own(std::string content);

  std::string_view view() const { return view_; }
  size_t size() const { return view_.size(); }
  const std::shared_ptr<void>& owner() const { return owner_; }

  /// Where a tensor may alias the bytes; null if it must copy them.
  char* writable() const { return owner_ ? const_cast<char*>(view_.data()) : nullptr; }

  /// Has the system map all pages now, where it can: for bytes that will all be
  /// read, faster than page by page as they are touched.
  void prefetch() const;

  /// A part, with the same owner. `begin + size` must be within.
  Bytes part(size_t begin, size_t size) const { return {view_.substr(begin, size), owner_}; }

 private:
  Bytes(std::string_view view, std::shared_ptr<void> owner) : view_(view), owner_(std::move(owner)) {}

  std::string_view view_;
  std::shared_ptr<void> owner_;  // null for bytes that the caller keeps
};

}  // namespace reszoo
