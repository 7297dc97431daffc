#include "reszoo/data/idx.h"

#include <torch/types.h>

#include <cstring>
#include <map>
#include <optional>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
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

/// The parts of a file's name: `emnist-letters-` `train` `images` in `emnist-letters-train-images-idx3-ubyte.gz`.
struct IdxName {
  std::string set, split, kind;
};

std::optional<IdxName> idx_name_of(const fs::path& path) {
  auto name = path.filename().string();
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  for (const auto* kind : {"images", "labels"})
    for (const auto* separator : {"-", "."})
      for (const auto* split : {"train", "t10k", "test"}) {
        const auto ending = fmt::format("{}-{}{}{}-ubyte", split, kind, separator, kind[0] == 'i' ? "idx3" : "idx1");
        if (name.ends_with(ending)) {
          const bool is_test = split[1] != 'r';
          return IdxName{name.substr(0, name.size() - ending.size()), is_test ? "t10k" : "train", kind};
        }
      }
  return std::nullopt;
}

using IdxFiles = std::map<std::string, fs::path>;  // by split and kind: "train-images"

/// Returns the IDX files in a folder and up to two folders below, by data set. Of a large folder only some entries are
/// looked at.
std::map<std::string, IdxFiles> idx_files_in(const fs::path& folder) {
  constexpr int most_entries = 5000, most_depth = 2;
  std::map<std::string, IdxFiles> sets;
  std::error_code error;
  int seen = 0;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && entry != end && seen < most_entries; entry.increment(error), ++seen) {
    if (entry.depth() >= most_depth) entry.disable_recursion_pending();
    const auto name = entry->is_regular_file(error) ? idx_name_of(entry->path()) : std::nullopt;
    if (!name) continue;
    auto& known = sets[name->set][name->split + "-" + name->kind];
    // The same file may be there twice, packed and unpacked, or in a folder of its own.
    if (known.empty() || entry->path().string().size() < known.string().size()) known = entry->path();
  }
  return sets;
}

Tensor read_part(const fs::path& folder, const IdxFiles& files, const std::string& split, const std::string& kind,
                 int64_t dimensions) {
  const auto found = files.find(split + "-" + kind);
  if (found == files.end())
    fail(ErrorKind::file, "{}: has no {}-{}-idx{}-ubyte (nor .gz)", folder.string(), split, kind, dimensions);
  auto data = read_idx(found->second);
  if (data.dim() != dimensions)
    fail(ErrorKind::file, "{}: {} must have {} dimensions, got {}", found->second.string(), kind, dimensions,
         data.dim());
  return data;
}

ImageTensors read_set(const fs::path& folder, const IdxFiles& files, const std::string& split) {
  const auto images = read_part(folder, files, split, "images", 3),
             labels = read_part(folder, files, split, "labels", 1);
  if (images.size(0) != labels.size(0))
    fail(ErrorKind::file, "{}: {} has {} images and {} labels", folder.string(), split, images.size(0), labels.size(0));
  return {images.unsqueeze(1), labels.to(torch::kInt64)};
}

/// Returns the files of the data set that a path names, a folder or one of the files.
IdxFiles idx_files_of(const fs::path& path) {
  const auto name = fs::is_directory(path) ? std::nullopt : idx_name_of(path);
  const auto sets = idx_files_in(name ? path.parent_path().empty() ? "." : path.parent_path() : path);
  if (name) return sets.at(name->set);
  if (sets.size() == 1) return sets.begin()->second;
  std::vector<std::string> files;
  for (const auto& [set, of_set] : sets) files.push_back(of_set.begin()->second.lexically_relative(path).string());
  if (sets.empty()) fail(ErrorKind::file, "{}: has no train-images-idx3-ubyte (nor .gz)", path.string());
  fail(ErrorKind::input, "{}: has {} data sets; give one of its files as the data: {}", path.string(), sets.size(),
       list(files));
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

ImageTensorSplits read_idx_folder(const fs::path& path) {
  if (!fs::exists(path)) fail(ErrorKind::file, "{}: no such folder", path.string());
  const auto files = idx_files_of(path);
  ImageTensorSplits sets{.train = read_set(path, files, "train"), .test = {}};
  if (files.contains("t10k-images") || files.contains("t10k-labels")) sets.test = read_set(path, files, "t10k");
  else sets.notes.push_back("there are no test images (t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte)");
  return sets;
}

bool is_idx_folder(const fs::path& path) {
  if (!fs::is_directory(path)) return idx_name_of(path).has_value();
  for (const auto& [set, files] : idx_files_in(path))
    if (files.contains("train-images")) return true;
  return false;
}

}  // namespace reszoo
