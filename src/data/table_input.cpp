#include "table_input.h"

#include <arrow/buffer.h>
#include <arrow/io/file.h>
#include <arrow/io/memory.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "arrow_frame.h"
#include "reszoo/base/error.h"

namespace reszoo {

std::shared_ptr<TableInput> TableInput::of_file(const std::filesystem::path& path) {
  std::shared_ptr<TableInput> input(new TableInput(path.string(), path));
  input->file_ = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*input->file_) fail(ErrorKind::file, "{}: cannot be opened ({})", path.string(), std::strerror(errno));
  input->input_ = std::make_unique<Input>(*input->file_, input->subject_);
  return input;
}

std::shared_ptr<TableInput> TableInput::of_stream(std::istream& stream, const std::string& name) {
  std::shared_ptr<TableInput> input(new TableInput(name, {}));
  input->input_ = std::make_unique<Input>(stream, name);
  return input;
}

std::shared_ptr<arrow::io::RandomAccessFile> TableInput::random_access() {
  if (std::filesystem::is_regular_file(path_) && !input_->is_compressed())
    return value_of(arrow::io::ReadableFile::Open(path_.string()), subject_);
  std::string bytes;
  input_->append_all(bytes);
  return std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes)));
}

}  // namespace reszoo
