/// Bytes with shared ownership.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace reszoo {

/// A range of bytes and the owner that keeps them alive. Copies and parts share the bytes. A tensor that aliases them
/// holds `owner()`.
class Bytes {
 public:
  /// Maps a file: pages are read when they are accessed. Writing to them changes this process's copy, not the file. A
  /// pipe or another file that is not regular is read instead.
  ///
  /// The file must not be truncated while it is mapped: the system ends a process that accesses the missing part.
  /// Replacing the file by a rename, as `write_file` does, is safe.
  ///
  /// Throws: Error (file) if it is missing, a folder, or cannot be read.
  static Bytes map(const std::filesystem::path& path);

  /// Refers to bytes that the caller keeps alive and unchanged, such as constants of a program. Readers copy them.
  static Bytes view(const void* data, size_t size);

  /// Takes ownership of the bytes of a string.
  static Bytes own(std::string content);

  std::string_view view() const { return view_; }
  size_t size() const { return view_.size(); }
  const std::shared_ptr<void>& owner() const { return owner_; }

  /// Returns the address at which a tensor may alias the bytes, or null if the tensor must copy them.
  char* writable() const { return owner_ ? const_cast<char*>(view_.data()) : nullptr; }

  /// Asks the system to load all mapped pages now. If all bytes will be read, this is faster than loading page by page.
  void prefetch() const;

  /// Returns a part with the same owner. `begin + size` must not exceed the size.
  Bytes part(size_t begin, size_t size) const { return {view_.substr(begin, size), owner_}; }

 private:
  Bytes(std::string_view view, std::shared_ptr<void> owner) : view_(view), owner_(std::move(owner)) {}

  std::string_view view_;
  std::shared_ptr<void> owner_;  // null if the caller keeps the bytes
};

/// Takes bytes that `Bytes::map` mapped out of memory until they are read again. Bytes that were written to since, and
/// other memory, are left alone. Threads may read the bytes meanwhile.
void release_mapped(const void* data, size_t size);

}  // namespace reszoo
