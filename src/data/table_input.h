/// The bytes of one table, wherever they come from. Private.
#pragma once
#include <arrow/io/interfaces.h>

#include <filesystem>
#include <istream>
#include <memory>
#include <string>
#include <string_view>

#include "input.h"

namespace reszoo {

/// A table's bytes with compression undone: from the beginning, or with random access.
class TableInput {
 public:
  /// Throws: Error (file) for a file that cannot be opened.
  static std::shared_ptr<TableInput> of_file(const std::filesystem::path& path);
  /// The bytes of a stream, which must outlive the input. Messages call it `name`.
  static std::shared_ptr<TableInput> of_stream(std::istream& stream, const std::string& name);

  /// The file's path or the stream's name, for messages.
  const std::string& subject() const { return subject_; }
  /// The file's path; empty for a stream.
  const std::filesystem::path& path() const { return path_; }

  /// The first bytes, enough to recognise every format. They are not consumed.
  std::string_view start() { return input_->start(64); }
  /// The bytes from the beginning.
  Input& stream() { return *input_; }
  /// The bytes with random access: the file itself, else all bytes of the stream in memory.
  std::shared_ptr<arrow::io::RandomAccessFile> random_access();

 private:
  TableInput(std::string subject, std::filesystem::path path) : subject_(std::move(subject)), path_(std::move(path)) {}

  std::string subject_;
  std::filesystem::path path_;
  std::unique_ptr<std::istream> file_;
  std::unique_ptr<Input> input_;
};

}  // namespace reszoo
