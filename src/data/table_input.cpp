#include "table_input.h"

#include <arrow/buffer.h>
#include <arrow/io/file.h>
#include <arrow/io/memory.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>

#include "arrow_frame.h"
#include "remote_store.h"
#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"

namespace reszoo {

namespace {

/// A pipe that was opened. Its input is here until the reader takes it.
struct OpenPipe {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<TableInput>> inputs;
};

OpenPipe& open_pipes() {
  static OpenPipe pipes;
  return pipes;
}

bool is_pipe(const std::filesystem::path& path) {
  return std::filesystem::exists(path) && !std::filesystem::is_regular_file(path) &&
         !std::filesystem::is_directory(path);
}

}  // namespace

std::shared_ptr<TableInput> TableInput::open(const std::filesystem::path& given) {
  const auto path = plain_url(given);
  std::shared_ptr<TableInput> input(new TableInput(path.string(), path));
  if (is_store_url(path)) {
    input->remote_ = open_remote(path);
    input->input_ = std::make_unique<Input>(input->remote_, input->subject_);
    return input;
  }
  input->file_ = std::make_unique<std::ifstream>(local_file(path), std::ios::binary);
  if (!*input->file_) fail(ErrorKind::file, "{}: cannot be opened ({})", path.string(), std::strerror(errno));
  input->input_ = std::make_unique<Input>(*input->file_, input->subject_);
  return input;
}

std::shared_ptr<TableInput> TableInput::peek(const std::filesystem::path& path) {
  if (!is_pipe(path)) return open(path);
  auto& pipes = open_pipes();
  const std::lock_guard lock(pipes.mutex);
  const auto [place, is_new] = pipes.inputs.try_emplace(path.string());
  if (is_new) place->second = open(path);
  if (!place->second)
    fail(ErrorKind::file, "{}: is a pipe, which can be read once only; write its content to a file", path.string());
  return place->second;
}

std::shared_ptr<TableInput> TableInput::of_file(const std::filesystem::path& path) {
  auto input = peek(path);
  if (!is_pipe(path)) return input;
  auto& pipes = open_pipes();
  const std::lock_guard lock(pipes.mutex);
  pipes.inputs[path.string()] = nullptr;
  return input;
}

std::shared_ptr<TableInput> TableInput::of_stream(std::istream& stream, const std::string& name) {
  std::shared_ptr<TableInput> input(new TableInput(name, {}));
  input->input_ = std::make_unique<Input>(stream, name);
  return input;
}

std::shared_ptr<arrow::io::RandomAccessFile> TableInput::random_access() {
  if (remote_ && input_->is_plain()) return remote_;
  if (const auto local = remote_ ? path_ : local_file(path_);
      std::filesystem::is_regular_file(local) && input_->is_plain())
    return value_of(arrow::io::ReadableFile::Open(local.string()), subject_);
  std::string bytes;
  input_->append_all(bytes);
  return std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes)));
}

}  // namespace reszoo
