#include "folder_names.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "shown_name.h"

namespace reszoo {
namespace {

bool has_counterpart(const PartName& name, const ImageTree& folder) {
  if (name.rest.empty()) return true;
  bool has_train = name.part == DataPart::train, has_other = name.part != DataPart::train;
  for (const auto& other : folder.folders)
    if (const auto found = part_in_name(other.name); found && found->rest == name.rest && other.count() > 0)
      (found->part == DataPart::train ? has_train : has_other) = true;
  return has_train && has_other;
}

std::set<std::string> names_of_folders(const Folders& folders) {
  std::set<std::string> names;
  for (const auto* folder : folders) names.insert(folder->name);
  return names;
}

std::string without_digits(std::string name) {
  std::erase_if(name, [](unsigned char c) { return std::isdigit(c) != 0; });
  return name;
}

}  // namespace

std::string joined_names(const Folders& folders) {
  std::vector<std::string> names;
  for (const auto* folder : folders) names.push_back(shown_name(folder->name) + "/");
  return list(names, 5);
}

Children children_of(const ImageTree& folder) {
  Children children;
  for (const auto& below : folder.folders) {
    if (below.count() == 0) continue;
    const auto name = part_in_name(below.name);
    if (name && has_counterpart(*name, folder)) children.parts[name->part].push_back(&below);
    else children.others.push_back(&below);
  }
  return children;
}

Folders folders_with_images(const ImageTree& folder) {
  Folders found;
  for (const auto& below : folder.folders)
    if (below.count() > 0) found.push_back(&below);
  return found;
}

bool repeats_siblings(const ImageTree& folder, const Folders& siblings) {
  auto others = names_of_folders(siblings);
  others.erase(folder.name);
  return others.size() > 1 && folder.images.empty() && names_of_folders(folders_with_images(folder)) == others;
}

bool may_be_portions(const Folders& folders) {
  if (folders.size() < 2) return false;
  const auto inner = names_of_folders(folders_with_images(*folders.front()));
  const bool same = inner.size() > 1 && std::all_of(folders.begin(), folders.end(), [&](const ImageTree* folder) {
                      return folder->images.empty() && names_of_folders(folders_with_images(*folder)) == inner;
                    });
  if (!same) return false;
  const bool numbered = std::all_of(folders.begin(), folders.end(), [&](const ImageTree* folder) {
    return without_digits(folder->name) == without_digits(folders.front()->name);
  });
  const bool words_inside =
      std::any_of(inner.begin(), inner.end(), [](const auto& name) { return !without_digits(name).empty(); });
  return numbered || (words_inside && inner.size() > 2 && inner.size() > folders.size());
}

}  // namespace reszoo
