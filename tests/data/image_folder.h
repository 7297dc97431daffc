// Folders of small images, and what is read of them, in one line.
#pragma once
#include <fmt/format.h>

#include <map>

#include "data/small_files.h"
#include "reszoo/data/encode.h"
#include "reszoo/data/image_rows.h"
#include "support/support.h"

namespace reszoo::test {

/// A PNG file of 2 x 2 pixels of one gray value.
inline std::string small_png(uint8_t value = 100) {
  ImageBuffer pixels(2, 2, 1);
  std::fill(pixels.bytes.begin(), pixels.bytes.end(), value);
  return encode_png(pixels);
}

/// Writes images at these paths below a folder.
inline void put_images_at(const std::filesystem::path& folder, const std::vector<std::string>& paths) {
  for (const auto& path : paths) put(folder / path, small_png());
}

/// "cat 2, dog 1": how many images each class has.
inline std::string classes_text(const ImageRows& rows) {
  const auto labels = as_text(rows.targets.columns.front());
  std::map<std::string, int> counts;
  for (int64_t row = 0; row < rows.rows(); ++row) ++counts[labels.words[labels.codes[row].item<int64_t>()]];
  std::vector<std::string> parts;
  for (const auto& [label, count] : counts) parts.push_back(fmt::format("{} {}", label, count));
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// "train: cat 2, dog 1; test: cat 1; left out: 2".
inline std::string splits_text(const ImageSplits& splits) {
  std::vector<std::string> parts;
  if (splits.train.rows() > 0) parts.push_back("train: " + classes_text(splits.train));
  if (splits.validation) parts.push_back("val: " + classes_text(*splits.validation));
  if (splits.test) parts.push_back("test: " + classes_text(*splits.test));
  if (!splits.left_out.empty()) parts.push_back(fmt::format("left out: {}", splits.left_out.count()));
  return fmt::format("{}", fmt::join(parts, "; "));
}

/// What is read of a folder of images at these paths.
inline std::string read_tree(const std::vector<std::string>& paths, const ImageReadOptions& options = {}) {
  const TempDir folder;
  put_images_at(folder.path(), paths);
  return splits_text(read_image_splits(folder.path(), options));
}

/// The first gray value of each image of rows.
inline std::vector<int> gray_values(const ImageRows& rows) {
  std::vector<int> values;
  for (int64_t row = 0; row < rows.rows(); ++row) values.push_back(rows.source(row)->read({0, 0, 1, 1}).bytes.at(0));
  return values;
}

}  // namespace reszoo::test
