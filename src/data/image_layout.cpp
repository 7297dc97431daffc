#include "image_layout.h"

#include <algorithm>

#include "folder_names.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "shown_name.h"

namespace reszoo {
namespace {

/// Reads a tree step by step; `path` is where it is.
class LayoutReader {
 public:
  LayoutReader(FolderLayout how, const std::vector<std::string>& classes) : how_(how), known_(classes) {}

  ImageLayout read(const ImageTree& root) {
    const auto* folder = &root;
    std::string path;
    while (!read_parts(*folder, path)) {
      const auto* inner = only_folder(*folder);
      if (!inner || !is_wrapper(*inner)) {
        check_no_portions(*folder, path);
        add_part(DataPart::train, *folder, path);
        break;
      }
      path = within(path, *inner);
      folder = inner;
    }
    return std::move(layout_);
  }

 private:
  static std::string within(const std::string& path, const ImageTree& folder) {
    return path.empty() ? folder.name : path + "/" + folder.name;
  }

  bool is_known(const std::string& name) const { return std::find(known_.begin(), known_.end(), name) != known_.end(); }

  /// Returns the only folder with images, if the images are all in it.
  static const ImageTree* only_folder(const ImageTree& folder) {
    const auto below = folders_with_images(folder);
    return folder.images.empty() && below.size() == 1 ? below.front() : nullptr;
  }

  /// Returns whether a folder that is alone in its folder is no class but holds the classes, at any depth.
  bool is_wrapper(const ImageTree& folder) const {
    if (is_known(folder.name) || !folder.images.empty()) return false;
    const auto below = folders_with_images(folder);
    return below.size() > 1 || (below.size() == 1 && (part_in_name(below[0]->name) || is_wrapper(*below[0])));
  }

  /// Takes the parts of a folder, and returns whether it has parts.
  bool read_parts(const ImageTree& folder, const std::string& path) {
    if (how_ == FolderLayout::classes) return false;
    const auto children = children_of(folder);
    if (children.parts.empty()) return read_parts_in_classes(folder, path);
    if (!children.has(DataPart::train)) return read_without_train(folder, children, path);
    const auto& train = *one_of(children, DataPart::train, path);
    if (!train.has_folders_of_images()) return refuse_flat_train(children, path);
    check_no_class(children, train, path);
    for (const auto& [part, unused] : children.parts)
      add_part(part, *one_of(children, part, path), within(path, *one_of(children, part, path)));
    leave_out(folder.images, path, "image* beside the parts");
    for (const auto* other : children.others)
      layout_.left_out.add(fmt::format("image* in the folder {}/, which is no part", shown_name(other->name)),
                           within(path, *other), other->count());
    return true;
  }

  /// Returns the folder of a part. Throws: Error (input) if two folders are called like it.
  const ImageTree* one_of(const Children& children, DataPart part, const std::string& path) const {
    const auto& folders = children.parts.at(part);
    if (folders.size() > 1)
      fail(ErrorKind::input, "{}: {} could each be the same part; rename all but one, or give one as the data",
           shown(path), joined_names(folders));
    return folders.front();
  }

  static std::string shown(const std::string& path) { return path.empty() ? "this folder" : shown_name(path) + "/"; }

  /// Reads `val/` and `test/` without `train/`: to evaluate on, or beside the class folders.
  bool read_without_train(const ImageTree& folder, const Children& children, const std::string& path) {
    Folders named;
    for (const auto& [part, folders] : children.parts) named.insert(named.end(), folders.begin(), folders.end());
    const bool labelled =
        std::all_of(named.begin(), named.end(), [](const auto* part) { return part->has_folders_of_images(); });
    if (!labelled ||
        (how_ == FolderLayout::automatic && !children.others.empty() && !have_classes(named, children.others)))
      return false;
    for (const auto& [part, unused] : children.parts)
      add_part(part, *one_of(children, part, path), within(path, *one_of(children, part, path)));
    if (children.others.empty()) {
      leave_out(folder.images, path, "image* beside the parts");
      return true;
    }
    auto classes = folder;
    std::erase_if(classes.folders, [&](const auto& below) {
      return std::any_of(named.begin(), named.end(), [&](const auto* part) { return part->name == below.name; });
    });
    add_part(DataPart::train, classes, path);
    return true;
  }

  /// Returns whether all folders in the parts are called like one of the classes.
  static bool have_classes(const Folders& parts, const Folders& classes) {
    for (const auto* part : parts)
      for (const auto* below : folders_with_images(*part))
        if (std::none_of(classes.begin(), classes.end(), [&](const auto* one) { return one->name == below->name; }))
          return false;
    return true;
  }

  /// `train/` has images but no class folders: `train` is a class among others, or the classes are missing.
  bool refuse_flat_train(const Children& children, const std::string& path) const {
    const bool alone = children.parts.size() == 1 && children.parts.at(DataPart::train).size() == 1;
    if (how_ == FolderLayout::automatic && alone && !children.others.empty()) return false;
    const auto* train = children.parts.at(DataPart::train).front();
    if (how_ == FolderLayout::automatic && !children.others.empty())
      ask(path, fmt::format("{}/ has images but no class folders", shown_name(train->name)));
    fail(ErrorKind::input,
         "{}/: has {} but no class folders ({}/cat/1.jpg); make one folder for each class, or give a table of files "
         "and classes",
         shown_name(within(path, *train)), counted(train->count(), "image*"), shown_name(train->name));
  }

  /// Throws if `train` could also be one class among others.
  void check_no_class(const Children& children, const ImageTree& train, const std::string& path) const {
    const bool only_train = children.parts.size() == 1;
    if (how_ != FolderLayout::automatic || !only_train || children.others.empty()) return;
    if (children.others.size() > 1 || !train.images.empty())
      ask(path, fmt::format("{}/ could be the training images, or a class beside {}", shown_name(train.name),
                            joined_names(children.others)));
  }

  [[noreturn]] void ask(const std::string& path, const std::string& what) const {
    fail(ErrorKind::input,
         "{}: {}; folder_layout=classes reads each folder as a class, folder_layout=splits reads parts", shown(path),
         what);
  }

  /// Throws if the class folders could be portions of the data, with the classes in each of them.
  void check_no_portions(const ImageTree& folder, const std::string& path) const {
    const auto folders = folders_with_images(folder);
    const bool known =
        std::any_of(folders.begin(), folders.end(), [&](const auto* one) { return is_known(one->name); });
    if (how_ != FolderLayout::automatic || known || !may_be_portions(folders)) return;
    fail(ErrorKind::input,
         "{}: {} have the same folders, {}, which could be the classes; folder_layout=classes reads {} as the classes, "
         "or "
         "give one of them as the data",
         shown(path), joined_names(folders), joined_names(folders_with_images(*folders.front())),
         joined_names(folders));
  }

  /// Reads `cat/train/1.jpg`, `cat/test/1.jpg`: parts in class folders.
  bool read_parts_in_classes(const ImageTree& folder, const std::string& path) {
    const auto classes = folders_with_images(folder);
    const bool parted = std::all_of(classes.begin(), classes.end(), [](const ImageTree* one) {
      const auto children = children_of(*one);
      return one->images.empty() && children.others.empty() && children.has(DataPart::train);
    });
    if (classes.size() < 2 || !parted) return false;
    for (const auto* one : classes)
      for (const auto& [part, unused] : children_of(*one).parts) {
        auto& to = layout_.parts[part];
        const auto& name = one_of(children_of(*one), part, within(path, *one))->name;
        to.folder = within(path, ImageTree{.name = "*/" + name});
        add_class(to, *one_of(children_of(*one), part, path), one->name);
      }
    leave_out(folder.images, path, "image* beside the class folders");
    return true;
  }

  static void add_class(LayoutPart& to, const ImageTree& folder, const std::string& label) {
    const auto images = folder.all();
    to.images.insert(to.images.end(), images.begin(), images.end());
    to.labels.insert(to.labels.end(), images.size(), label);
  }

  /// Takes the class folders of a part.
  void add_part(DataPart part, const ImageTree& of, std::string path) {
    const auto* folder = &of;
    for (const auto* inner = only_folder(*folder); part_below(inner); inner = only_folder(*folder)) {
      path = within(path, *inner);
      folder = inner;
    }
    LayoutPart to{.folder = path};
    const auto classes = folders_with_images(*folder);
    for (const auto& below : folder->folders)
      if (below.count() == 0) layout_.empty_classes.push_back(within(path, below));
      else if (how_ != FolderLayout::classes && repeats_siblings(below, classes))
        layout_.left_out.add(fmt::format("image* in the folder {}/, which repeats the classes", shown_name(below.name)),
                             within(path, below), below.count());
      else add_class(to, below, below.name);
    if (!to.images.empty()) layout_.parts[part] = std::move(to);
    leave_out(folder->images, path,
              folder->has_folders_of_images() ? "image* beside the class folders" : "image* without a class folder");
  }

  /// Returns whether a part's only folder is not a class: `train/train/cat`.
  bool part_below(const ImageTree* inner) const {
    return inner && how_ != FolderLayout::classes && !is_known(inner->name) && part_in_name(inner->name) &&
           inner->images.empty() && inner->has_folders_of_images();
  }

  void leave_out(const std::vector<int64_t>& images, const std::string& path, const char* kind) {
    layout_.left_out.add(kind, path.empty() ? "" : path + "/", std::ssize(images));
  }

  FolderLayout how_;
  const std::vector<std::string>& known_;
  ImageLayout layout_;
};

}  // namespace

ImageLayout layout_of(const ImageTree& tree, FolderLayout how, const std::vector<std::string>& classes) {
  return LayoutReader(how, classes).read(tree);
}

}  // namespace reszoo
