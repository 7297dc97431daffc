// gzip by zlib. Arrow's own stream takes zeros behind the last member for a damaged one.
#include <zlib.h>

#include <algorithm>
#include <vector>

#include "byte_stream.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

constexpr int64_t kMostAtOnce = int64_t{1} << 30;  // zlib counts in 32 bits

class GzipBytes final : public ByteStream {
 public:
  explicit GzipBytes(std::shared_ptr<arrow::io::InputStream> packed)
      : packed_(std::move(packed)), buffer_(size_t{1} << 16) {
    constexpr int gzip_window = 15 + 16;
    if (inflateInit2(&state_, gzip_window) != Z_OK) fail(ErrorKind::device, "gzip: not enough memory");
  }
  ~GzipBytes() override { inflateEnd(&state_); }

 private:
  arrow::Result<int64_t> take(int64_t size, char* out) override {
    const auto most = static_cast<uInt>(std::min(size, kMostAtOnce));
    state_.next_out = reinterpret_cast<Bytef*>(out);
    state_.avail_out = most;
    while (state_.avail_out > 0) {
      if (state_.avail_in == 0) ARROW_RETURN_NOT_OK(refill());
      if (between_members_) skip_zeros();
      if (state_.avail_in == 0 && !at_end_) continue;
      if (at_end_ && between_members_) break;
      if (between_members_) inflateReset(&state_);
      between_members_ = false;
      ARROW_RETURN_NOT_OK(unpack());
    }
    return most - state_.avail_out;
  }

  arrow::Status refill() {
    ARROW_ASSIGN_OR_RAISE(const auto count, packed_->Read(static_cast<int64_t>(buffer_.size()), buffer_.data()));
    state_.next_in = buffer_.data();
    state_.avail_in = static_cast<uInt>(count);
    at_end_ = count == 0;
    return at_end_ && !between_members_ ? arrow::Status::IOError("truncated") : arrow::Status::OK();
  }

  void skip_zeros() {
    for (; state_.avail_in > 0 && *state_.next_in == 0; --state_.avail_in) ++state_.next_in;
  }

  arrow::Status unpack() {
    const auto status = inflate(&state_, Z_NO_FLUSH);
    between_members_ = status == Z_STREAM_END;
    if (status == Z_OK || status == Z_BUF_ERROR || between_members_) return arrow::Status::OK();
    return arrow::Status::IOError("damaged");
  }

  std::shared_ptr<arrow::io::InputStream> packed_;
  std::vector<Bytef> buffer_;
  z_stream state_ = {};
  bool between_members_ = false, at_end_ = false;
};

}  // namespace

std::shared_ptr<ByteStream> bytes_of_gzip(std::shared_ptr<arrow::io::InputStream> packed) {
  return std::make_shared<GzipBytes>(std::move(packed));
}

}  // namespace reszoo
