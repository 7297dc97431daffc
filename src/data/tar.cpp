#include "tar.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

constexpr size_t kTarBlock = 512;

/// Returns a text field, which ends at a NUL or at its full length.
std::string_view tar_text(std::string_view header, size_t begin, size_t size) {
  const auto field = header.substr(begin, size);
  return field.substr(0, field.find('\0'));
}

/// Returns a number in octal, or in GNU's base 256; nothing if it is neither.
std::optional<uint64_t> tar_number(std::string_view field) {
  uint64_t value = 0;
  if (static_cast<uint8_t>(field[0]) == 0x80) {
    for (size_t i = 1; i < field.size(); ++i) {
      if (value >> 55 != 0) return std::nullopt;
      value = value << 8 | static_cast<uint8_t>(field[i]);
    }
    return value;
  }
  const auto first = field.find_first_not_of(' ');
  if (first == std::string_view::npos) return 0;
  field = field.substr(first);
  field = field.substr(0, std::min(field.find('\0'), field.find(' ')));
  if (field.empty()) return 0;
  const auto* end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value, 8);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

/// Returns whether the checksum of a header is right: the sum of its bytes, with the checksum itself as spaces.
bool has_tar_checksum(std::string_view header) {
  const auto wanted = tar_number(header.substr(148, 8));
  uint64_t sum = 0;
  int64_t as_signed = 0;  // old writers summed signed bytes
  for (size_t i = 0; i < kTarBlock; ++i) {
    const char byte = i >= 148 && i < 156 ? ' ' : header[i];
    sum += static_cast<uint8_t>(byte);
    as_signed += static_cast<signed char>(byte);
  }
  return wanted && (*wanted == sum || static_cast<int64_t>(*wanted) == as_signed);
}

bool is_zero_block(std::string_view block) {
  return std::all_of(block.begin(), block.end(), [](char byte) { return byte == '\0'; });
}

class TarReader {
 public:
  TarReader(std::string_view archive, const std::string& source) : archive_(archive), source_(source) {}

  TarIndex read() {
    while (at_ < archive_.size()) {
      if (archive_.size() - at_ < kTarBlock) reject("is cut off");
      const auto header = archive_.substr(at_, kTarBlock);
      if (is_zero_block(header)) break;
      if (!has_tar_checksum(header)) reject("has a damaged header");
      at_ += kTarBlock;
      take(header);
    }
    return {std::move(members_), links_};
  }

 private:
  [[noreturn]] void reject(const char* what) const {
    fail(ErrorKind::file, "{}: the tar archive {} at byte {}{}", source_, what, at_,
         members_.empty() ? "" : fmt::format(", after the member \"{}\"", escaped(members_.back().name)));
  }

  /// Reads what follows a header.
  void take(std::string_view header) {
    const char kind = header[156];
    const bool is_extension = kind == 'L' || kind == 'K' || kind == 'x' || kind == 'g';
    const auto size = next_size_ && !is_extension ? next_size_ : tar_number(header.substr(124, 12));
    if (!size) reject("has a damaged size");
    const bool has_bytes = kind != '1' && kind != '2' && kind != '3' && kind != '4' && kind != '5' && kind != '6';
    const auto bytes = has_bytes ? *size : 0;
    if (bytes > archive_.size() - at_) reject("is cut off");
    const auto content = archive_.substr(at_, bytes);
    const auto begin = at_;
    at_ = std::min<size_t>(at_ + (bytes + kTarBlock - 1) / kTarBlock * kTarBlock, archive_.size());
    if (kind == 'L') next_name_ = std::string(content.substr(0, content.find('\0')));
    else if (kind == 'x') take_pax(content);
    else if (kind == 'S') reject("has a sparse file, which is not read,");
    else if (!is_extension) take_member(header, kind, begin, bytes);
  }

  void take_member(std::string_view header, char kind, size_t begin, size_t size) {
    auto name = next_name_.empty() ? name_of(header) : next_name_;
    next_name_.clear();
    next_size_.reset();
    while (name.starts_with("./")) name.erase(0, 2);
    if (kind == '1') {
      const auto target = places_.find(std::string(tar_text(header, 157, 100)));
      if (target == places_.end()) return void(++links_);
      begin = members_[target->second].begin;
      size = members_[target->second].size;
    } else if (kind != '0' && kind != '\0' && kind != '7') {
      links_ += kind == '2';
      return;
    }
    if (name.empty() || name.back() == '/') return;
    places_[name] = members_.size();
    members_.push_back({std::move(name), begin, size});
  }

  static std::string name_of(std::string_view header) {
    const auto name = tar_text(header, 0, 100);
    const auto prefix = header.substr(257, 5) == "ustar" ? tar_text(header, 345, 155) : "";
    return prefix.empty() || header[262] == ' ' ? std::string(name) : fmt::format("{}/{}", prefix, name);
  }

  /// Reads pax records: "length key=value\n".
  void take_pax(std::string_view records) {
    while (!records.empty()) {
      const auto space = records.find(' ');
      const auto length =
          space == std::string_view::npos ? std::nullopt : number_in_text<size_t>(records.substr(0, space));
      if (!length || *length <= space + 1 || *length > records.size()) reject("has a damaged pax record");
      const auto record = records.substr(space + 1, *length - space - 2);
      records.remove_prefix(*length);
      const auto equal = record.find('=');
      if (equal == std::string_view::npos) reject("has a damaged pax record");
      const auto key = record.substr(0, equal), value = record.substr(equal + 1);
      if (key.starts_with("GNU.sparse")) reject("has a sparse file, which is not read,");
      if (key == "path") next_name_ = std::string(value);
      if (key == "size" && !(next_size_ = number_in_text<uint64_t>(value))) reject("has a damaged pax record");
    }
  }

  std::string_view archive_;
  const std::string& source_;
  size_t at_ = 0;
  std::string next_name_;              // from an extension header, for the next member
  std::optional<uint64_t> next_size_;  // likewise
  std::vector<TarMember> members_;
  int64_t links_ = 0;
  std::unordered_map<std::string, size_t> places_;  // of members by name, for hard links
};

}  // namespace

bool is_tar(std::string_view start) {
  if (start.size() < kTarBlock) return false;
  const auto header = start.substr(0, kTarBlock);
  return header[0] != '\0' && has_tar_checksum(header);
}

TarIndex read_tar_index(std::string_view archive, const std::string& source) {
  return TarReader(archive, source).read();
}

}  // namespace reszoo
