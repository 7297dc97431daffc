// Images in tar archives: WebDataset's samples (1.jpg, 1.cls), or class folders.
#include <algorithm>

#include "archives.h"
#include "image_layout.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Reads class folders in archives. Archives without folders, of which there are several, are classes themselves.
ImageParts read_folders_in(const Archives& archives, const ImageReadOptions& options) {
  const bool flat = archives.paths.size() > 1 &&
                    std::none_of(archives.images.begin(), archives.images.end(), [](const ArchiveMember& image) {
                      return image.file.name.find('/') != std::string::npos;
                    });
  std::map<std::optional<DataPart>, std::vector<ArchiveMember>> groups;
  for (const auto& image : archives.images) {
    const auto part = part_in_path(archives.paths[image.archive].filename().string());
    groups[part].push_back(image);
  }
  ImageParts result;
  for (const auto& [part, members] : groups) {
    std::vector<std::string> names;
    for (const auto& member : members)
      names.push_back(flat ? fmt::format("{}/{}", archives.paths[member.archive].stem().string(), member.file.name)
                           : member.file.name);
    const auto layout = layout_of(tree_of_names(names), options.layout, options.classes);
    const auto all = images_of(archives, members);
    for (const auto& [of, found] : layout.parts) {
      const auto to = part && layout.parts.size() == 1 ? *part : of;
      result.parts[to] = {.images = take_images(all, found.images),
                          .targets = {{Column::of_text("label", found.labels)}},
                          .from = found.folder};
    }
    result.left_out.add(layout.left_out);
  }
  leave_out_members(archives, archives.others, result.left_out);
  return result;
}

}  // namespace

ImageParts read_archive_parts(const fs::path& path, const ImageReadOptions& options) {
  const auto archives = open_archives(path);
  auto parts = read_samples(archives, options, path);
  if (!parts) parts = read_folders_in(archives, options);
  parts->left_out.add(archives.left_out);
  return std::move(*parts);
}

}  // namespace reszoo
