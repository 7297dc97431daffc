// Lists a folder of images: what is in it, which files are images, and what the others are.
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "file_kind.h"
#include "image_tree.h"
#include "reszoo/base/device.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Identifies a folder whatever its path.
using FolderKey = std::pair<dev_t, ino_t>;

FolderKey key_of(const fs::path& folder) {
  struct stat status {};
  ::stat(folder.c_str(), &status);
  return {status.st_dev, status.st_ino};
}

/// Visits the entries of folders at any depth.
class Walk {
 public:
  explicit Walk(const fs::path& root) : root_(root) {}

  /// `visit(path)` is called for each file, in no order; it returns whether to go on.
  template <typename Visit>
  bool enter(const fs::path& folder, Visit&& visit) {
    const auto key = key_of(folder);
    if (std::find(above_.begin(), above_.end(), key) != above_.end())
      return left_.add("link* to a folder above", relative(folder)), true;
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error && above_.empty()) fail(ErrorKind::file, "{}: {}", folder.string(), error.message());
    if (error) return left_.add("folder* that cannot be read", relative(folder)), true;
    above_.push_back(key);
    folders_.push_back(folder);
    bool on = true;
    for (auto entry = begin(entries); on && entry != end(entries); entry.increment(error)) {
      if (!is_system_name(entry->path().filename().string())) on = take(*entry, visit);
      if (error) left_.add("folder* that cannot be read", relative(folder));
    }
    above_.pop_back();
    return on;
  }

  std::string relative(const fs::path& path) const { return path.lexically_relative(root_).string(); }
  LeftOut& left() { return left_; }
  std::vector<fs::path>& folders() { return folders_; }

 private:
  template <typename Visit>
  bool take(const fs::directory_entry& entry, Visit&& visit) {
    std::error_code error;
    const auto status = entry.status(error);
    if (fs::is_directory(status)) return enter(entry.path(), visit);
    if (fs::is_regular_file(status)) return visit(entry.path());
    const auto* kind = status.type() == fs::file_type::not_found ? "dangling link*"
                       : status.type() == fs::file_type::none    ? "link* or file* that cannot be read"
                                                                 : "file* that is a device or pipe";
    left_.add(kind, relative(entry.path()));
    return true;
  }

  fs::path root_;
  std::vector<FolderKey> above_;  // the folders that the walk is in
  std::vector<fs::path> folders_;
  LeftOut left_;
};

/// Returns why each file is no image, "" for images; files are read in several threads.
std::vector<std::string> kinds_of(const std::vector<fs::path>& paths) {
  std::vector<std::string> kinds(paths.size());
  std::atomic<size_t> next = 0;
  const auto look = [&] {
    for (auto i = next++; i < paths.size(); i = next++) try {
        kinds[i] = why_no_image(start_of(paths[i]), paths[i]);
      } catch (const Error&) {
        // A file that is called an image is one that is damaged, which the check of all images says.
        if (!ends_as_image(paths[i])) kinds[i] = "file* that cannot be read";
      }
  };
  std::vector<std::thread> others;
  constexpr size_t worth_a_thread = 256;
  for (int i = 1; i < available_cpus() && paths.size() > worth_a_thread; ++i) others.emplace_back(look);
  look();
  for (auto& thread : others) thread.join();
  return kinds;
}

}  // namespace

FolderFiles files_in(const fs::path& folder) {
  Walk walk(folder);
  std::vector<fs::path> paths;
  walk.enter(folder, [&](const fs::path& path) { return paths.push_back(path), true; });
  std::sort(paths.begin(), paths.end());
  FolderFiles files;
  const auto kinds = kinds_of(paths);
  std::sort(walk.folders().begin(), walk.folders().end());
  for (const auto& below : walk.folders()) files.tree.folder(walk.relative(below));
  for (size_t i = 0; i < paths.size(); ++i) {
    const fs::path within = walk.relative(paths[i]);
    if (kinds[i].empty()) {
      files.tree.folder(within.parent_path()).images.push_back(std::ssize(files.images));
      files.images.push_back(paths[i]);
    } else {
      files.left_out.add(kinds[i], within.string());
      if (!within.has_parent_path()) files.others.push_back(within.string());
    }
  }
  files.left_out.add(walk.left());
  return files;
}

LeftOut other_files_in(const fs::path& folder, bool (*wanted)(const fs::path& file)) {
  Walk walk(folder);
  std::vector<fs::path> paths;
  walk.enter(folder, [&](const fs::path& path) {
    if (!wanted(path)) paths.push_back(path);
    return true;
  });
  std::sort(paths.begin(), paths.end());
  LeftOut left;
  const auto kinds = kinds_of(paths);
  for (size_t i = 0; i < paths.size(); ++i)
    left.add(kinds[i].empty() ? "image* beside the data" : kinds[i], walk.relative(paths[i]));
  left.add(walk.left());
  return left;
}

bool has_images(const fs::path& folder) {
  constexpr int64_t most_files = 100'000;
  int64_t seen = 0;
  bool found = false;
  Walk(folder).enter(folder, [&](const fs::path& path) {
    try {
      found = why_no_image(start_of(path), path).empty();
    } catch (const Error&) {
      found = ends_as_image(path);
    }
    return !found && ++seen < most_files;
  });
  return found;
}

}  // namespace reszoo
