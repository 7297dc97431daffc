// Class folders on disk, and folders of their parts.
#include <algorithm>

#include "image_layout.h"
#include "image_parts.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "shown_name.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Returns a hint at tables in the folder, which may have the classes.
std::string hint_at_tables(const fs::path& folder, const std::vector<std::string>& files) {
  for (const auto& name : files)
    if (const auto ending = fs::path(name).extension(); ending == ".csv" || ending == ".tsv" || ending == ".parquet")
      return fmt::format("; if {} has the classes, give it as the data", (folder / name).string());
  return "";
}

}  // namespace

ImageParts read_class_folder_parts(const fs::path& folder, const ImageReadOptions& options) {
  auto found = files_in(folder);
  const auto layout = layout_of(found.tree, options.layout, options.classes);
  ImageParts result{.left_out = std::move(found.left_out)};
  result.left_out.add(layout.left_out);
  if (layout.parts.empty())
    fail(ErrorKind::input, "{} without a folder of its class (cat/1.jpg){}", counted(found.tree.count(), "image*"),
         hint_at_tables(folder, found.others));
  const auto images = images_in_files(found.images);
  for (const auto& [part, content] : layout.parts) {
    result.parts[part] = {.images = take_images(images, content.images),
                          .targets = {{Column::of_text("label", content.labels)}},
                          .from = content.folder};
  }
  if (!layout.empty_classes.empty()) {
    auto names = layout.empty_classes;
    for (auto& name : names) name = shown_name(name) + "/";
    result.notes.push_back(fmt::format("{} without images: {}", counted(std::ssize(names), "folder*"), list(names)));
  }
  return result;
}

}  // namespace reszoo
