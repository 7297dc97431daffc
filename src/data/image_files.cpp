#include "reszoo/data/image_files.h"

#include <algorithm>

#include "image_layout.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

const std::string& word_of(const Column& column, int64_t row) {
  const auto code = column.codes[row].item<int64_t>();
  if (code < 0) fail(ErrorKind::input, "column \"{}\": missing value in row {}", column.name, row + 1);
  return column.words[static_cast<size_t>(code)];
}

}  // namespace

ImageFiles read_class_folders(const fs::path& folder) {
  auto found = files_in(folder);
  auto layout = layout_of(found.tree, FolderLayout::classes, {});
  auto& part = layout.parts[DataPart::train];
  if (part.images.empty()) fail(ErrorKind::input, "{}: no folders of classes with images in them", folder.string());
  ImageFiles files{.labels = std::move(part.labels), .left_out = std::move(found.left_out)};
  files.left_out.add(layout.left_out);
  for (const auto image : part.images) files.paths.push_back(found.images[static_cast<size_t>(image)]);
  return files;
}

ImageFiles files_of_table(const Frame& table, const std::string& path_column, const std::string& label_column,
                          const fs::path& base) {
  const auto paths = as_text(table.at(path_column)), labels = as_text(table.at(label_column));
  ImageFiles files;
  for (int64_t row = 0; row < table.rows(); ++row) {
    files.paths.push_back(base / word_of(paths, row));  // an absolute path stays unchanged
    files.labels.push_back(word_of(labels, row));
  }
  return files;
}

ImageSource open_files(const std::vector<fs::path>& paths) { return open_images(images_in_files(paths)); }

}  // namespace reszoo
