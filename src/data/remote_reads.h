/// Reads of remote files: in blocks, and tried again. Private.
#pragma once
#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "remote_error.h"

namespace reszoo {

/// Runs a request; if the connection is lost, up to four times, with waits between.
template <typename Action>
auto tried(Action action) {
  constexpr int kTries = 4;
  auto wait = std::chrono::milliseconds(200);
  for (int left = kTries - 1;; --left, wait *= 3) {
    auto result = action();
    if (result.ok() || left == 0 || !may_succeed_later(result.status())) return result;
    std::this_thread::sleep_for(wait);
  }
}

/// Returns the file with a few blocks of it in memory, for readers that read small pieces at several places in turn.
/// The message of a read that fails is a `remote_reason`.
arrow::Result<std::shared_ptr<arrow::io::RandomAccessFile>> read_in_blocks(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const std::filesystem::path& url);

}  // namespace reszoo
