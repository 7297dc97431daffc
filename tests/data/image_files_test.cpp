// Image files and their classes, from folders and tables.
#include "reszoo/data/image_files.h"
#include "data/small_files.h"

#include "reszoo/base/atomic_file.h"
#include "reszoo/data/table.h"
#include "support/jpeg.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

std::string small_jpeg(int size = 8) {
  return jpeg(std::vector<uint8_t>(static_cast<size_t>(3 * size * size), 100), size);
}

}  // namespace

TEST(ClassFolders, AreSortedByNameAndReadAtAnyDepth) {
  const TempDir folder;
  for (const auto* name :
       {"dog/b.JPG", "dog/a.jpeg", "cat/deep/er/x.png", "cat/y.jpg", "cat/.hidden.jpg", ".git/z.jpg"})
    put(folder / name, small_jpeg());
  put(folder / "cat/notes.txt", "notes");
  const auto files = read_class_folders(folder.path());
  EXPECT_EQ(files.labels, (std::vector<std::string>{"cat", "cat", "dog", "dog"}));
  EXPECT_EQ(files.paths, (std::vector<fs::path>{folder / "cat/deep/er/x.png", folder / "cat/y.jpg",
                                                folder / "dog/a.jpeg", folder / "dog/b.JPG"}));
  EXPECT_EQ(files.left_out.text(), "1 text file (cat/notes.txt)");
  put(folder / "empty/readme.txt", "");
  EXPECT_EQ(read_class_folders(folder.path()).labels, files.labels);
  expect_error(ErrorKind::file, "lost: No such file", [&] { read_class_folders(folder / "lost"); });
  fs::create_directories(folder / "none");
  expect_error(ErrorKind::input, "none: no folders of classes", [&] { read_class_folders(folder / "none"); });
}

TEST(FilesOfTable, PathsAreRelativeToTheFolder) {
  const Frame table{{Column::of_text("file", {"a.jpg", "/b.jpg"}), Column::of_text("kind", {"x", "y"})}};
  const auto files = files_of_table(table, "file", "kind", "base");
  EXPECT_EQ(files.paths, (std::vector<fs::path>{"base/a.jpg", "/b.jpg"}));
  EXPECT_EQ(files.labels, (std::vector<std::string>{"x", "y"}));
  const Frame holes{{Column::of_text("file", {"a.jpg", ""}), Column::of_text("kind", {"x", "y"})}};
  expect_error(ErrorKind::input, "column \"file\": missing value in row 2",
               [&] { files_of_table(holes, "file", "kind", ""); });
}

TEST(Scan, FindsSizesAndNamesBadFiles) {
  const TempDir folder;
  put(folder / "a/1.jpg", small_jpeg(8));
  put(folder / "a/2.jpg", small_jpeg(16));
  put(folder / "a/3.jpg", small_jpeg(16).substr(0, 400));  // truncated
  put(folder / "a/4.jpg", "no image");
  put(folder / "a/5.jpg", small_jpeg(24) + std::string(100, 'x'));  // with extra bytes after its end
  const auto files = read_class_folders(folder.path());
  const auto images = images_in_files(files.paths);
  for (const int64_t threads : {1, 3}) {
    const auto seen = scan_images(images, threads);
    EXPECT_EQ(seen.heights, (std::vector<int64_t>{8, 16, 0, 0, 24}));
    ASSERT_EQ(seen.bad.size(), 2);
    EXPECT_EQ(seen.bad[0].row, 2);
    EXPECT_NE(seen.bad[0].why.find("3.jpg: damaged JPEG"), std::string::npos) << seen.bad[0].why;
    EXPECT_NE(seen.bad[1].why.find("4.jpg: not an image that is read"), std::string::npos) << seen.bad[1].why;
  }
  EXPECT_EQ(open_files(files.paths)(1)->width(), 16);
}
