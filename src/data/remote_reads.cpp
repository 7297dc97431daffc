#include "remote_reads.h"

#include <arrow/buffer.h>

#include <algorithm>
#include <cstring>
#include <list>
#include <mutex>

namespace reszoo {
namespace {

constexpr int64_t kLeast = int64_t{64} << 10, kMost = int64_t{4} << 20;  // bytes of a block
constexpr size_t kBlocks = 16;                                           // of a file in memory

/// A piece of the file.
struct Block {
  int64_t begin;
  std::shared_ptr<arrow::Buffer> bytes;
  int64_t end() const { return begin + bytes->size(); }
};

/// Serves reads from blocks. A block that continues another one is larger: a file that is read from its beginning to
/// its end takes few requests, and a look at its start little traffic.
class BlockedFile final : public arrow::io::RandomAccessFile {
 public:
  BlockedFile(std::shared_ptr<arrow::io::RandomAccessFile> file, std::filesystem::path url, int64_t size)
      : file_(std::move(file)), url_(std::move(url)), size_(size) {}

  arrow::Status Close() override { return file_->Close(); }
  bool closed() const override { return file_->closed(); }
  arrow::Result<int64_t> Tell() const override { return place_; }
  arrow::Status Seek(int64_t position) override {
    place_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> GetSize() override { return size_; }

  arrow::Result<int64_t> Read(int64_t count, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const auto read, ReadAt(place_, count, out));
    place_ += read;
    return read;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t count) override {
    ARROW_ASSIGN_OR_RAISE(auto bytes, ReadAt(place_, count));
    place_ += bytes->size();
    return bytes;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t count) override {
    return ReadAt(position, count, /*allow_short_read=*/true);
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t count,
                                                       bool allow_short_read) override {
    const auto there = std::clamp<int64_t>(size_ - position, 0, count);
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bytes, arrow::AllocateBuffer(there));
    ARROW_RETURN_NOT_OK(ReadAt(position, allow_short_read ? there : count, allow_short_read, bytes->mutable_data()));
    return bytes;
  }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t count, bool allow_short_read, void* out) override {
    if (!allow_short_read && size_ - position < count) return arrow::Status::Invalid("the file ends too early");
    return ReadAt(position, count, out);
  }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t count, void* out) override {
    const auto all = std::clamp<int64_t>(size_ - position, 0, count);
    for (int64_t done = 0; done < all;) {
      const auto at = position + done, left = all - done;
      ARROW_ASSIGN_OR_RAISE(const auto block, block_at(at, left));
      const auto taken = std::min(left, block.end() - at);
      std::memcpy(static_cast<char*>(out) + done, block.bytes->data() + (at - block.begin), static_cast<size_t>(taken));
      done += taken;
    }
    return all;
  }

 private:
  /// Returns a block with the byte at this position. `count` bytes are wanted from there on.
  arrow::Result<Block> block_at(int64_t position, int64_t count) {
    auto size = std::max(count, kLeast);
    {
      const std::lock_guard lock(mutex_);
      for (auto block = blocks_.begin(); block != blocks_.end(); ++block) {
        if (block->begin <= position && position < block->end()) {
          blocks_.splice(blocks_.begin(), blocks_, block);
          return blocks_.front();
        }
        if (block->end() == position) size = std::max(size, std::min(4 * block->bytes->size(), kMost));
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto block, fetch(position, std::min(size, size_ - position)));
    if (block.bytes->size() > kMost) return block;
    const std::lock_guard lock(mutex_);
    blocks_.push_front(block);
    if (blocks_.size() > kBlocks) blocks_.pop_back();
    return block;
  }

  /// An error is an invalid status: the readers of compressed data pass such a one on as it is.
  arrow::Result<Block> fetch(int64_t begin, int64_t count) const {
    const auto read = tried([&]() -> arrow::Result<std::shared_ptr<arrow::Buffer>> {
      try {
        ARROW_ASSIGN_OR_RAISE(auto bytes, file_->ReadAt(begin, count));
        if (bytes->size() < count) return arrow::Status::IOError("Connection reset: fewer bytes than asked for");
        return bytes;
      } catch (const std::exception& error) {  // of the client below Arrow
        return arrow::Status::IOError(error.what());
      }
    });
    if (!read.ok()) return arrow::Status::Invalid(remote_reason(url_, read.status()));
    return Block{begin, *read};
  }

  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::filesystem::path url_;
  int64_t size_, place_ = 0;
  std::mutex mutex_;
  std::list<Block> blocks_;  // the last used one first
};

}  // namespace

arrow::Result<std::shared_ptr<arrow::io::RandomAccessFile>> read_in_blocks(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const std::filesystem::path& url) {
  ARROW_ASSIGN_OR_RAISE(const auto size, file->GetSize());
  return std::make_shared<BlockedFile>(std::move(file), url, size);
}

}  // namespace reszoo
