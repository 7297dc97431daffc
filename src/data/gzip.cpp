#include "reszoo/data/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

constexpr size_t chunk = size_t{1} << 20;
constexpr int gzip_only = 16 + MAX_WBITS;

/// Feeds `stream` all of `bytes`; zlib counts in 32 bits, so in pieces.
/// Returns zlib's last word, Z_STREAM_END for a whole file.
int inflate_all(z_stream& stream, std::string_view bytes, std::string& output) {
  std::string buffer(chunk, '\0');
  int state = Z_OK;
  while (state == Z_OK || state == Z_STREAM_END) {
    if (stream.avail_in == 0) {
      if (bytes.empty()) return state;
      const auto size = std::min(bytes.size(), chunk);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream.avail_in = static_cast<uInt>(size);
      bytes.remove_prefix(size);
    }
    // A gzip file may be several, one behind the other.
    if (state == Z_STREAM_END) inflateReset(&stream);
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(chunk);
    state = inflate(&stream, Z_NO_FLUSH);
    output.append(buffer.data(), chunk - stream.avail_out);
    // The output was full to the brim: more may wait without further input.
    if (state == Z_BUF_ERROR) state = Z_OK;
  }
  return state;
}

}  // namespace

std::string unzipped(std::string bytes, const std::string& subject) {
  if (!bytes.starts_with("\x1f\x8b")) return bytes;
  z_stream stream{};
  if (inflateInit2(&stream, gzip_only) != Z_OK) fail(ErrorKind::file, "{}: zlib cannot start", subject);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, inflateEnd);
  std::string output;
  const auto state = inflate_all(stream, bytes, output);
  if (state == Z_OK) fail(ErrorKind::file, "{}: gzip data is cut off", subject);
  if (state != Z_STREAM_END)
    fail(ErrorKind::file, "{}: gzip data is damaged{}{}", subject, stream.msg ? ": " : "",
         stream.msg ? stream.msg : "");
  return output;
}

}  // namespace reszoo
