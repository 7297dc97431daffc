#include "image_tree.h"

#include <algorithm>

namespace reszoo {

int64_t ImageTree::count() const {
  auto count = std::ssize(images);
  for (const auto& below : folders) count += below.count();
  return count;
}

std::vector<int64_t> ImageTree::all() const {
  auto all = images;
  for (const auto& below : folders) {
    const auto more = below.all();
    all.insert(all.end(), more.begin(), more.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool ImageTree::has_folders_of_images() const {
  return std::any_of(folders.begin(), folders.end(), [](const ImageTree& below) { return below.count() > 0; });
}

ImageTree& ImageTree::folder(const std::filesystem::path& path) {
  auto* at = this;
  for (const auto& part : path) {
    const auto wanted = part.string();
    if (wanted.empty() || wanted == "." || wanted == "/") continue;
    auto& below = at->folders;
    auto found = std::lower_bound(below.begin(), below.end(), wanted,
                                  [](const ImageTree& one, const std::string& other) { return one.name < other; });
    if (found == below.end() || found->name != wanted) found = below.insert(found, ImageTree{.name = wanted});
    at = &*found;
  }
  return *at;
}

ImageTree tree_of_names(const std::vector<std::string>& names) {
  ImageTree tree;
  for (size_t i = 0; i < names.size(); ++i)
    tree.folder(std::filesystem::path(names[i]).parent_path()).images.push_back(static_cast<int64_t>(i));
  return tree;
}

}  // namespace reszoo
