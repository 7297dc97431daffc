/// The bytes of one table, from a file or a stream. Private.
#pragma once
#include <arrow/io/interfaces.h>

#include <filesystem>
#include <istream>
#include <memory>
#include <string>
#include <string_view>

#include "input.h"

namespace reszoo {

/// The decompressed bytes of a table: sequentially, or with random access.
class TableInput {
 public:
  /// Opens a file. A pipe continues with what `peek` has read of it.
  /// Throws: Error (file) for a file that cannot be opened, or a pipe that was opened before.
  static std::shared_ptr<TableInput> of_file(const std::filesystem::path& path);
  /// Opens a file to look at its start. A pipe stays open for `of_file`, since its bytes come only once.
  static std::shared_ptr<TableInput> peek(const std::filesystem::path& path);
  /// Reads the bytes of a stream, which must outlive the input. `name` identifies it in error messages.
  static std::shared_ptr<TableInput> of_stream(std::istream& stream, const std::string& name);

  /// Returns the file's path or the stream's name, for messages.
  const std::string& subject() const { return subject_; }
  /// Returns the file's path, a URL without its options; empty for a stream.
  const std::filesystem::path& path() const { return path_; }

  /// Returns the first bytes, enough to detect every format. They are not consumed.
  std::string_view start() { return input_->start(4096); }
  /// Returns the bytes from the beginning.
  Input& stream() { return *input_; }
  /// Returns the bytes with random access: the file itself, or all bytes of the stream in memory.
  std::shared_ptr<arrow::io::RandomAccessFile> random_access();

 private:
  TableInput(std::string subject, std::filesystem::path path) : subject_(std::move(subject)), path_(std::move(path)) {}
  static std::shared_ptr<TableInput> open(const std::filesystem::path& given);

  std::string subject_;
  std::filesystem::path path_;
  std::unique_ptr<std::istream> file_;
  std::shared_ptr<arrow::io::RandomAccessFile> remote_;
  std::unique_ptr<Input> input_;
};

}  // namespace reszoo
