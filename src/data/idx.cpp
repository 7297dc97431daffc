#include "reszoo/data/idx.h"

#include <torch/types.h>

#include <cstring>
#include <optional>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/data/compressed.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t unsigned_bytes = 0x0800;  // the third byte 8 means uint8; the fourth is the number of dimensions
constexpr uint32_t most_dimensions = 4;

/// Big-endian, like all integers of the header.
uint32_t number_at(std::string_view bytes, size_t place) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<uint8_t>(bytes[place + i]);
  return number;
}

/// Finds the file `<split>-<kind>` in one of its spellings.
std::optional<fs::path> find_idx(const fs::path& folder, const std::string& split, const std::string& kind) {
  for (const auto* separator : {"-", "."})
    for (const auto* ending : {"", ".gz"}) {
      auto path = folder / (split + (kind == "images" ? "-images" : "-labels") + separator +
                            (kind == "images" ? "idx3" : "idx1") + "-ubyte" + ending);
      if (fs::exists(path)) return path;
    }
  return std::nullopt;
}

Tensor read_part(const fs::path& folder, const std::string& split, const std::string& kind, int64_t dimensions) {
  const auto path = find_idx(folder, split, kind);
  if (!path) fail(ErrorKind::file, "{}: has no {}-{}-idx{}-ubyte (nor .gz)", folder.string(), split, kind, dimensions);
  auto data = read_idx(*path);
  if (data.dim() != dimensions)
    fail(ErrorKind::file, "{}: {} must have {} dimensions, got {}", path->string(), kind, dimensions, data.dim());
  return data;
}

ImageTensors read_set(const fs::path& folder, const std::string& split) {
  const auto images = read_part(folder, split, "images", 3), labels = read_part(folder, split, "labels", 1);
  if (images.size(0) != labels.size(0))
    fail(ErrorKind::file, "{}: {} has {} images and {} labels", folder.string(), split, images.size(0), labels.size(0));
  return {images.unsqueeze(1), labels.to(torch::kInt64)};
}

}  // namespace

Tensor read_idx(const fs::path& path) {
  const auto bytes = decompressed(read_file(path), path.string());
  const auto magic = bytes.size() < 4 ? 0 : number_at(bytes, 0);
  const auto dimensions = magic & 0xff;
  if ((magic & ~0xffu) != unsigned_bytes || dimensions == 0 || dimensions > most_dimensions)
    fail(ErrorKind::file, "{}: no IDX file of bytes, magic number is 0x{:08x}", path.string(), magic);
  const size_t start = 4 + 4 * size_t{dimensions};
  std::vector<int64_t> shape;
  // In double, because an integer product could overflow.
  double expected = static_cast<double>(start);
  if (bytes.size() >= start) {
    double count = 1;
    for (uint32_t i = 0; i < dimensions; ++i) {
      shape.push_back(number_at(bytes, 4 + 4 * size_t{i}));
      count *= static_cast<double>(shape.back());
    }
    expected += count;
  }
  if (static_cast<double>(bytes.size()) != expected || bytes.size() == start)
    fail(ErrorKind::file, "{}: must be {:.0f} bytes by its header, got {}", path.string(), expected, bytes.size());
  auto data = torch::empty(shape, torch::kUInt8);
  std::memcpy(data.mutable_data_ptr<uint8_t>(), bytes.data() + start, bytes.size() - start);
  return data;
}

ImageTensorSplits read_idx_folder(const fs::path& folder) {
  if (!fs::is_directory(folder)) fail(ErrorKind::file, "{}: no such folder", folder.string());
  return {read_set(folder, "train"), read_set(folder, "t10k")};
}

bool is_idx_folder(const fs::path& folder) { return find_idx(folder, "train", "images").has_value(); }

}  // namespace reszoo
