// A small folder of IDX files.
#pragma once
#include <zlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/base/atomic_file.h"

namespace reszoo::test {

inline std::string idx(uint32_t magic, std::vector<uint32_t> shape, const std::string& data) {
  shape.insert(shape.begin(), magic);
  std::string text;
  for (const auto number : shape)
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(number >> shift & 0xff);
  return text + data;
}

inline constexpr uint32_t images_magic = 0x0803, labels_magic = 0x0801;

inline void put_gzip(const std::filesystem::path& path, const std::string& bytes) {
  auto* file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

/// Writes two training images of 1 x 2 and one test image, in three spellings of the file names.
inline void put_idx_folder(const std::filesystem::path& folder) {
  write_file(folder / "train-images-idx3-ubyte", idx(images_magic, {2, 1, 2}, "abcd"));
  put_gzip(folder / "train-labels-idx1-ubyte.gz", idx(labels_magic, {2}, {'\x03', '\xff'}));
  write_file(folder / "t10k-images.idx3-ubyte", idx(images_magic, {1, 1, 2}, "ef"));
  put_gzip(folder / "t10k-labels.idx1-ubyte.gz", idx(labels_magic, {1}, "\x07"));
}

}  // namespace reszoo::test
