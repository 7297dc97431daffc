// Every file is either an image or counted with its kind.
#include <unistd.h>

#include <set>

#include "data/image_folder.h"
#include "reszoo/base/random.h"
#include "reszoo/data/detect.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

const std::string kHeic(
    "\0\0\0\x18"
    "ftypheic\0\0\0\0mif1heic",
    24),
    kAvif(
        "\0\0\0\x1c"
        "ftypavif\0\0\0\0",
        16);

std::string left_out_in(const fs::path& folder) { return find_images(folder).left_out.to_json().dump(); }

}  // namespace

TEST(FindImages, OtherFilesAreCountedByKind) {
  const TempDir folder;
  put_images_at(folder.path(), {"a.png", "no_ending", "below/b.PNG", "called.dat"});
  put(folder / "photo.heic", kHeic);
  put(folder / "below/photo.jpg", kHeic);
  put(folder / "photo.avif", kAvif);
  put(folder / "notes.txt", "text");
  put(folder / "empty.jpg", "");
  put(folder / "film.mp4", std::string("\0\0\0\x20"
                                       "ftypisom\0\0",
                                       14));
  fs::create_symlink(folder / "lost.jpg", folder / "link.jpg");
  const auto found = find_images(folder.path());
  EXPECT_EQ(found.images.size(), 4);
  EXPECT_EQ(found.left_out.to_json().dump(),
            R"({"HEIC image":2,"empty file":1,"mp4 file":1,"text file":1,"AVIF image":1,"dangling link":1})");
  EXPECT_EQ(found.left_out.text().substr(0, 40), "2 HEIC images (below/photo.jpg, …), 1 ");
}

TEST(FindImages, FilesOfTheSystemAreNoLoss) {
  const TempDir folder;
  put_images_at(folder.path(),
                {"a.png", ".hidden.png", ".git/b.png", "__MACOSX/._a.png", "__MACOSX/x/c.png", "@eaDir/t.png"});
  put(folder / "Thumbs.db", "x");
  put(folder / ".DS_Store", "x");
  put(folder / "below/desktop.ini", "x");
  const auto found = find_images(folder.path());
  EXPECT_EQ(found.images.size(), 1);
  EXPECT_TRUE(found.left_out.empty()) << found.left_out.text();
}

TEST(FindImages, LinksAreFollowedAndLoopsAreNot) {
  const TempDir folder, other;
  put_images_at(other.path(), {"x/1.png", "2.png"});
  put_images_at(folder.path(), {"cat/1.png"});
  fs::create_directory_symlink(other.path(), folder / "linked");
  fs::create_symlink(other / "2.png", folder / "cat/2.png");
  fs::create_directory_symlink(folder.path(), folder / "cat/loop");
  const auto found = find_images(folder.path());
  EXPECT_EQ(found.images.size(), 4);
  EXPECT_EQ(found.left_out.to_json().dump(), R"({"link to a folder above":1})");
}

TEST(FindImages, WhatCannotBeReadIsNamed) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  const TempDir folder;
  put_images_at(folder.path(), {"cat/1.png", "secret/1.png", "cat/locked"});
  fs::permissions(folder / "secret", fs::perms::none);
  fs::permissions(folder / "cat/locked", fs::perms::none);
  EXPECT_EQ(left_out_in(folder.path()), R"({"file that cannot be read":1,"folder that cannot be read":1})");
  fs::permissions(folder / "secret", fs::perms::all);
}

TEST(FindImages, AFolderWithoutImagesSaysWhatItHas) {
  const TempDir folder;
  put(folder / "a/notes.txt", "text");
  put(folder / "photo.heic", kHeic);
  expect_error_parts(ErrorKind::input, {"no image in this folder", "1 text file (a/notes.txt), 1 HEIC image"},
                     [&] { find_images(folder.path()); });
  EXPECT_EQ(detect_data(folder.path()), DataKind::unknown);
  expect_error_parts(ErrorKind::usage, {"a folder of class folders", "1 HEIC image"},
                     [&] { read_image_splits(folder.path()); });
}

namespace {

/// Makes random trees of folders and files of all kinds, and counts the files that are no files of the system.
class RandomTree {
 public:
  RandomTree(const fs::path& root, uint64_t seed) : random_(seed) { fill(root, 0); }
  int64_t files() const { return files_; }
  int64_t images() const { return images_; }

 private:
  void fill(const fs::path& folder, int depth) {
    fs::create_directories(folder);
    for (int64_t i = random_.below(4); i > 0; --i) file_in(folder);
    if (depth < 4)
      for (int64_t i = random_.below(depth == 0 ? 5 : 4); i > 0; --i) {
        const auto* name = kNames[random_.below(std::ssize(kNames))];
        if (!fs::exists(folder / name)) fill(folder / name, depth + 1);
      }
  }

  void file_in(const fs::path& folder) {
    const auto path = folder / fmt::format("f{}{}", ++number_, random_.chance(0.3) ? "" : ".png");
    ++files_;
    switch (random_.below(8)) {
      case 0: return put(path, "");
      case 1: return put(folder / fmt::format("{}.txt", number_), "text");
      case 2: return put(path, kHeic);
      case 3: return fs::create_symlink("nowhere", path);
      case 4: --files_; return put(folder / fmt::format(".{}.png", number_), small_png());
      default: ++images_; return put(path, small_png(static_cast<uint8_t>(number_)));
    }
  }

  static constexpr const char* kNames[] = {"train", "Val",      "test", "cat",    "dog",
                                           "07",    "seg_test", "é",    "images", ".git2"};
  static constexpr bool is_hidden(const char* name) { return name[0] == '.'; }

  Random random_;
  int64_t files_ = 0, images_ = 0, number_ = 0;
};

/// Counts the files below a folder that are not hidden, without the reader under test.
int64_t visible_files(const fs::path& folder) {
  int64_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with('.')) continue;
    count += entry.is_directory() ? visible_files(entry.path()) : 1;
  }
  return count;
}

}  // namespace

TEST(FindImages, OfRandomTreesEachFileIsReadOrCounted) {
  int read_trees = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const TempDir folder;
    const RandomTree tree(folder.path() / "data", seed);
    const auto root = folder.path() / "data";
    const auto all = visible_files(root);
    SCOPED_TRACE(seed);
    try {
      const auto found = find_images(root);
      EXPECT_EQ(found.images.size() + found.left_out.count(), all);
      const std::set<std::string> names(found.images.names.begin(), found.images.names.end());
      EXPECT_EQ(std::ssize(names), found.images.size());
    } catch (const Error& error) {
      EXPECT_TRUE(std::string_view(error.what()).starts_with(root.string())) << error.what();
    }
    for (const auto layout : {FolderLayout::automatic, FolderLayout::classes, FolderLayout::splits}) try {
        const auto splits = read_image_splits(root, {.layout = layout});
        const auto rows = splits.train.rows() + (splits.validation ? splits.validation->rows() : 0) +
                          (splits.test ? splits.test->rows() : 0);
        EXPECT_EQ(rows + splits.left_out.count(), all) << splits.notes.front();
        ++read_trees;
      } catch (const Error& error) {
        EXPECT_TRUE(std::string_view(error.what()).starts_with(root.string())) << error.what();
      }
  }
  EXPECT_GT(read_trees, 50);
}
