// Text in other encodings than UTF-8, converted by iconv.
#include <iconv.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "byte_stream.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using namespace std::string_view_literals;

/// Returns the name in capitals, with these letters instead of `-` and `_`.
std::string spelt(std::string_view name, std::string_view hyphen) {
  std::string text;
  for (const char letter : name)
    if (letter == '-' || letter == '_') text += hyphen;
    else text += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return text;
}

/// Opens a converter; Python's spellings of names are known too (latin-1, utf_16).
iconv_t open_iconv(const std::string& encoding) {
  for (const auto& name : {encoding, spelt(encoding, "-"), spelt(encoding, ""), spelt(encoding, "_")}) {
    const auto converter = iconv_open("UTF-8", name.c_str());
    if (converter != reinterpret_cast<iconv_t>(-1)) return converter;
  }
  fail(ErrorKind::usage,
       "encoding: must be a name that iconv knows, such as latin1, windows-1252 or utf-16, got \"{}\"", encoding);
}

class DecodedBytes final : public ByteStream {
 public:
  DecodedBytes(std::shared_ptr<arrow::io::InputStream> text, const std::string& encoding)
      : text_(std::move(text)), encoding_(encoding), converter_(open_iconv(encoding)) {}
  ~DecodedBytes() override { iconv_close(converter_); }

 private:
  arrow::Result<int64_t> take(int64_t size, char* out) override {
    while (used_ == ready_.size()) {
      if (at_end_) return 0;
      ARROW_RETURN_NOT_OK(convert());
    }
    const auto count = std::min(static_cast<size_t>(size), ready_.size() - used_);
    ready_.copy(out, count, used_);
    used_ += count;
    return static_cast<int64_t>(count);
  }

  /// Converts the next bytes; what is left of them is the beginning of a character.
  arrow::Status convert() {
    constexpr size_t step = size_t{1} << 16;
    const auto before = raw_.size();
    raw_.resize(before + step);
    ARROW_ASSIGN_OR_RAISE(const auto count, text_->Read(step, raw_.data() + before));
    raw_.resize(before + static_cast<size_t>(count));
    at_end_ = count == 0;
    ready_.resize(4 * raw_.size() + 16);  // no character has more than 4 bytes in UTF-8
    used_ = 0;
    char *from = raw_.data(), *to = ready_.data();
    size_t from_size = raw_.size(), to_size = ready_.size();
    const bool converted = iconv(converter_, &from, &from_size, &to, &to_size) != static_cast<size_t>(-1);
    ready_.resize(static_cast<size_t>(to - ready_.data()));
    const auto place = place_ + static_cast<int64_t>(raw_.size() - from_size);
    if (!converted && (errno != EINVAL || at_end_))
      return arrow::Status::Invalid(fmt::format("the byte 0x{:02x} at {} is not {}; --encoding names another encoding",
                                                static_cast<unsigned char>(*from), place, encoding_));
    place_ = place;
    raw_.erase(0, raw_.size() - from_size);
    return arrow::Status::OK();
  }

  std::shared_ptr<arrow::io::InputStream> text_;
  std::string encoding_, raw_, ready_;
  iconv_t converter_;
  size_t used_ = 0;
  int64_t place_ = 0;
  bool at_end_ = false;
};

}  // namespace

std::shared_ptr<ByteStream> utf8_of(std::shared_ptr<arrow::io::InputStream> text, const std::string& encoding) {
  return std::make_shared<DecodedBytes>(std::move(text), encoding);
}

std::string unicode_encoding(std::string_view start) {
  if (start.starts_with("\xff\xfe\0\0"sv)) return "UTF-32";
  if (start.starts_with("\0\0\xfe\xff"sv)) return "UTF-32";
  if (start.starts_with("\xff\xfe"sv) || start.starts_with("\xfe\xff"sv)) return "UTF-16";
  const auto pairs = std::min<size_t>(start.size() / 2, 32);
  size_t first = 0, second = 0;  // zeros
  for (size_t i = 0; i < pairs; ++i) {
    first += start[2 * i] == '\0';
    second += start[2 * i + 1] == '\0';
  }
  if (pairs < 2 || (first > 0 && second > 0)) return "";
  return 4 * second > 3 * pairs ? "UTF-16LE" : 4 * first > 3 * pairs ? "UTF-16BE" : "";
}

bool names_utf8(std::string_view encoding) {
  const auto name = spelt(encoding, "");
  return name == "UTF8" || name == "UTF8SIG";
}

}  // namespace reszoo
