/// Which folders are classes, and which are parts of the data. Private.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "image_tree.h"
#include "part_name.h"
#include "reszoo/data/image_rows.h"

namespace reszoo {

/// The images of a part and the class of each.
struct LayoutPart {
  std::string folder;                ///< the folder's path within the data; "" for the data itself
  std::vector<int64_t> images = {};  ///< by class, then in the order of the tree
  std::vector<std::string> labels = {};
};

/// How a tree of images is read.
struct ImageLayout {
  std::map<DataPart, LayoutPart> parts;
  LeftOut left_out;                        ///< images that are in no class
  std::vector<std::string> empty_classes;  ///< folders beside the classes without images
};

/// Returns the classes and parts that the folders say. `classes` are those of a model, if one is known.
/// Throws: Error (input) that begins with the folder within the data, if there are no folders of classes, or if there
/// are two ways to read them.
ImageLayout layout_of(const ImageTree& tree, FolderLayout how, const std::vector<std::string>& classes);

}  // namespace reszoo
