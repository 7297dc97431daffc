/// What the names of folders beside each other say. Private.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "image_tree.h"
#include "part_name.h"

namespace reszoo {

using Folders = std::vector<const ImageTree*>;

/// The folders with images in a folder: those that are called like parts, and the others.
struct Children {
  std::map<DataPart, Folders> parts;
  Folders others;

  bool has(DataPart part) const { return parts.contains(part); }
};

/// Names such as `seg_train` are parts only beside another part of the same kind, `seg_test`.
Children children_of(const ImageTree& folder);

/// Returns the folders in a folder that have images at any depth.
Folders folders_with_images(const ImageTree& folder);

/// Returns "cat/, dog/".
std::string joined_names(const Folders& folders);

/// Returns whether a folder beside class folders is a copy of them: it has the same folders.
bool repeats_siblings(const ImageTree& folder, const Folders& siblings);

/// Returns whether folders beside each other could be parts of the data with the same classes in each: `fold1`,
/// `fold2`; `2020`, `2021`; or few folders that have the same many folders.
bool may_be_portions(const Folders& folders);

}  // namespace reszoo
