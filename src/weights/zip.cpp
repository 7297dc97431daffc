#include "zip.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>

namespace reszoo {
namespace {

constexpr uint64_t kEndSize = 22, kLocatorSize = 20, kEnd64Size = 56, kCentralSize = 46, kLocalSize = 30;
constexpr uint64_t kMostComment = 0xffff;  // bytes
constexpr uint64_t kMostEntries = 200'000;
constexpr uint64_t kMostInflated = uint64_t{64} << 20;  // bytes of one archive; PyTorch compresses only code
constexpr uint64_t kLarge = 64 << 10;                   // bytes from which a system call is worth its cost
constexpr uint32_t kAtLarge = 0xffffffff;               // "see the zip64 record"
constexpr uint16_t kEncrypted = 1, kHasDescriptor = 8, kKnownFlags = 2 | 4 | 8 | 0x800;
constexpr uint16_t kStored = 0, kDeflated = 8, kLargeSizesExtra = 1;

}  // namespace

template <typename T>
T Zip::number(uint64_t at) const {
  T value = 0;
  if (at > bytes_.size() || bytes_.size() - at < sizeof value) reject("it ends within a record");
  std::memcpy(&value, bytes_.view().data() + at, sizeof value);
  return value;
}

Zip::Zip(Bytes bytes, std::string source, bool verify)
    : bytes_(std::move(bytes)), source_(std::move(source)), verify_(verify) {
  read_directory(read_end());
}

/// Finds the end record: the last one, since a comment or other bytes may follow it, as for PyTorch's own reader.
uint64_t Zip::find_end() const {
  const uint64_t size = bytes_.size();
  if (size < kEndSize) reject("{} bytes are too few", size);
  const auto from = size - std::min(size, kEndSize + kMostComment);
  const auto at = bytes_.view().substr(from).rfind("PK\x05\x06");
  if (at == std::string_view::npos || size - from - at < kEndSize) reject("no end record at its end");
  return from + at;
}

Zip::End Zip::read_end() const {
  const uint64_t at = find_end();
  End end;
  if (number<uint32_t>(at + 4) != 0) reject("archives of several disks are not read");
  end.count = number<uint16_t>(at + 10);
  end.size = number<uint32_t>(at + 12);
  end.begin = number<uint32_t>(at + 16);
  if (number<uint16_t>(at + 8) != end.count) reject("end record gives two numbers of entries");
  if (number<uint16_t>(at + 20) > bytes_.size() - at - kEndSize)
    reject("end record announces a comment, which is not there");
  end.own = at;
  const bool large = at >= kLocatorSize && number<uint32_t>(at - kLocatorSize) == 0x07064b50;
  return large ? read_end64(at - kLocatorSize, end) : end;
}

Zip::End Zip::read_end64(uint64_t locator, const End& small) const {
  End end;
  end.own = number<uint64_t>(locator + 8);
  if (number<uint32_t>(locator + 4) != 0 || number<uint32_t>(locator + 16) > 1)
    reject("archives of several disks are not read");
  if (locator < kEnd64Size || end.own != locator - kEnd64Size || number<uint32_t>(end.own) != 0x06064b50 ||
      number<uint64_t>(end.own + 4) != kEnd64Size - 12)
    reject("no zip64 end record where the locator points");
  if (number<uint64_t>(end.own + 16) != 0) reject("archives of several disks are not read");
  end.count = number<uint64_t>(end.own + 32);
  end.size = number<uint64_t>(end.own + 40);
  end.begin = number<uint64_t>(end.own + 48);
  if (number<uint64_t>(end.own + 24) != end.count) reject("zip64 end record gives two numbers of entries");
  if ((small.count != 0xffff && small.count != end.count) || (small.size != kAtLarge && small.size != end.size) ||
      (small.begin != kAtLarge && small.begin != end.begin))
    reject("the two end records disagree");
  return end;
}

void Zip::read_directory(const End& end) {
  if (end.begin > end.own || end.own - end.begin != end.size)
    reject("directory of {} bytes at {} does not reach the end record at {}", end.size, end.begin, end.own);
  if (end.count > kMostEntries || end.count * kCentralSize > end.size)
    reject("{} entries do not fit a directory of {} bytes", end.count, end.size);
  entries_.reserve(end.count);
  std::vector<uint64_t> ends;
  uint64_t at = end.begin;
  for (uint64_t i = 0; i < end.count; ++i) {
    entries_.push_back(read_central(at, end.own));
    ends.push_back(check_local(entries_.back(), end.begin));
    if (!by_name_.emplace(entries_.back().name, i).second)
      reject("entry \"{}\" is there twice", escaped(entries_.back().name));
  }
  if (at != end.own) reject("{} bytes after the last entry of the directory", end.own - at);
  check_places(ends);
}

ZipEntry Zip::read_central(uint64_t& at, uint64_t directory_end) const {
  if (directory_end - at < kCentralSize || number<uint32_t>(at) != 0x02014b50)
    reject("no directory entry at byte {}", at);
  ZipEntry entry;
  entry.flags = number<uint16_t>(at + 8);
  const auto method = number<uint16_t>(at + 10);
  entry.crc = number<uint32_t>(at + 16);
  entry.packed_size = number<uint32_t>(at + 20);
  entry.size = number<uint32_t>(at + 24);
  const uint64_t name = number<uint16_t>(at + 28), extra = number<uint16_t>(at + 30),
                 comment = number<uint16_t>(at + 32);
  entry.header = number<uint32_t>(at + 42);
  const uint64_t total = kCentralSize + name + extra + comment;
  if (directory_end - at < total) reject("directory entry at byte {} is cut off", at);
  if (number<uint16_t>(at + 34) != 0) reject("archives of several disks are not read");
  entry.name = bytes_.view().substr(at + kCentralSize, name);
  read_large_sizes(bytes_.view().substr(at + kCentralSize + name, extra), entry);
  at += total;

  if (entry.flags & kEncrypted) reject("entry \"{}\" is encrypted", escaped(entry.name));
  if ((entry.flags & ~kKnownFlags) != 0 || (method != kStored && method != kDeflated))
    reject("entry \"{}\" is packed in a way that is not read, method {}, flags {:#x}", escaped(entry.name), method,
           entry.flags);
  entry.deflated = method == kDeflated;
  if (!entry.deflated && entry.packed_size != entry.size)
    reject("entry \"{}\" is stored and has two sizes, {} and {}", escaped(entry.name), entry.packed_size, entry.size);
  return entry;
}

void Zip::read_large_sizes(std::string_view extra, ZipEntry& entry) const {
  while (extra.size() >= 4) {
    uint16_t id = 0, size = 0;
    std::memcpy(&id, extra.data(), sizeof id);
    std::memcpy(&size, extra.data() + 2, sizeof size);
    extra.remove_prefix(4);
    if (size > extra.size()) reject("extra field of \"{}\" is cut off", escaped(entry.name));
    auto field = extra.substr(0, size);
    extra.remove_prefix(size);
    if (id != kLargeSizesExtra) continue;
    for (uint64_t* value : {&entry.size, &entry.packed_size, &entry.header}) {
      if (*value != kAtLarge) continue;
      if (field.size() < sizeof *value) reject("zip64 field of \"{}\" is cut off", escaped(entry.name));
      std::memcpy(value, field.data(), sizeof *value);
      field.remove_prefix(sizeof *value);
    }
    return;
  }
}

uint64_t Zip::check_local(ZipEntry& entry, uint64_t limit) const {
  const uint64_t at = entry.header;
  if (at > limit || limit - at < kLocalSize || number<uint32_t>(at) != 0x04034b50)
    reject("no header of \"{}\" at byte {}", escaped(entry.name), at);
  const uint64_t name = number<uint16_t>(at + 26), extra = number<uint16_t>(at + 28);
  if (limit - at < kLocalSize + name + extra) reject("header of \"{}\" is cut off", escaped(entry.name));
  entry.begin = at + kLocalSize + name + extra;
  if (entry.packed_size > limit - entry.begin)
    reject("entry \"{}\" of {} bytes runs into the directory", escaped(entry.name), entry.packed_size);

  ZipEntry local;
  local.name = bytes_.view().substr(at + kLocalSize, name);
  local.crc = number<uint32_t>(at + 14);
  local.packed_size = number<uint32_t>(at + 18);
  local.size = number<uint32_t>(at + 22);
  read_large_sizes(bytes_.view().substr(at + kLocalSize + name, extra), local);
  const bool later = (entry.flags & kHasDescriptor) && local.crc == 0 && local.packed_size == 0 && local.size == 0;
  const bool same = local.crc == entry.crc && local.packed_size == entry.packed_size && local.size == entry.size;
  if (local.name != entry.name || number<uint16_t>(at + 6) != entry.flags ||
      number<uint16_t>(at + 8) != (entry.deflated ? kDeflated : kStored) || !(later || same))
    reject("directory and header of \"{}\" disagree", escaped(entry.name));
  const uint64_t end = entry.begin + entry.packed_size;
  return entry.flags & kHasDescriptor ? check_descriptor(entry, end, limit) : end;
}

/// Checks the data descriptor: CRC and sizes repeated after the bytes. A size has 4 bytes, or 8 if it is large.
uint64_t Zip::check_descriptor(const ZipEntry& entry, uint64_t at, uint64_t limit) const {
  const auto fits = [&](uint64_t size) { return limit - at >= size; };
  const bool begins = fits(16) && number<uint32_t>(at) == 0x08074b50 && number<uint32_t>(at + 4) == entry.crc;
  if (begins && number<uint32_t>(at + 8) == entry.packed_size && number<uint32_t>(at + 12) == entry.size)
    return at + 16;
  if (begins && fits(24) && number<uint64_t>(at + 8) == entry.packed_size && number<uint64_t>(at + 16) == entry.size)
    return at + 24;
  reject("directory and data descriptor of \"{}\" disagree", escaped(entry.name));
}

void Zip::check_places(const std::vector<uint64_t>& ends) const {
  std::vector<size_t> order(entries_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return entries_[a].header < entries_[b].header; });
  for (size_t i = 1; i < order.size(); ++i)
    if (ends[order[i - 1]] > entries_[order[i]].header)
      reject("entries \"{}\" and \"{}\" overlap", escaped(entries_[order[i - 1]].name),
             escaped(entries_[order[i]].name));
}

const ZipEntry* Zip::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

Bytes Zip::read(const ZipEntry& entry) {
  auto content = entry.deflated ? inflate(entry) : bytes_.part(entry.begin, entry.size);
  if (entry.size >= kLarge) content.prefetch();
  if (verify_) check_crc(entry, content.view());
  return content;
}

Bytes Zip::inflate(const ZipEntry& entry) {
  if (entry.size > kMostInflated - inflated_)
    fail(ErrorKind::file,
         "{}: entry \"{}\" is compressed, and would take the archive over {} MiB unpacked; save it uncompressed",
         source_, escaped(entry.name), kMostInflated >> 20);
  // Deflate compresses at most 1032 bytes into one.
  if (entry.size / 1032 > entry.packed_size)
    reject("entry \"{}\" cannot unpack to {} bytes from {}", escaped(entry.name), entry.size, entry.packed_size);
  std::string content(entry.size, '\0');
  inflated_ += entry.size;
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> inflater(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  size_t used = 0, filled = 0;
  const auto result =
      libdeflate_deflate_decompress_ex(inflater.get(), bytes_.view().data() + entry.begin, entry.packed_size,
                                       content.data(), content.size(), &used, &filled);
  if (result != LIBDEFLATE_SUCCESS || used != entry.packed_size || filled != entry.size)
    reject("entry \"{}\" does not unpack to its {} bytes", escaped(entry.name), entry.size);
  return Bytes::own(std::move(content));
}

void Zip::check_crc(const ZipEntry& entry, std::string_view content) const {
  const uint32_t crc = libdeflate_crc32(0, content.data(), content.size());
  if (crc == entry.crc) return;
  if (std::all_of(entries_.begin(), entries_.end(), [](const ZipEntry& other) { return other.crc == 0; }))
    fail(ErrorKind::file,
         "{}: was written without checksums (torch.serialization.set_crc32_options(False)), so damage would go "
         "unnoticed; "
         "verify = false reads it",
         source_);
  fail(ErrorKind::file, "{}: entry \"{}\" is damaged, its CRC-32 is {:08x} and must be {:08x}", source_,
       escaped(entry.name), crc, entry.crc);
}

}  // namespace reszoo
