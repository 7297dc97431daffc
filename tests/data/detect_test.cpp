// Detection of the kind of data at a path.
#include "reszoo/data/detect.h"

#include "idx_folder.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(DetectData, IsByContentAndExtension) {
  const TempDir folder;
  const auto put = [&](const std::string& name, const std::string& bytes) {
    std::filesystem::create_directories((folder / name).parent_path());
    write_file(folder / name, bytes);
    return detect_data(folder / name);
  };
  EXPECT_EQ(put("a.csv", "a,b\n"), DataKind::table);
  EXPECT_EQ(put("a.tsv.gz", "\x1f\x8b"), DataKind::table);
  EXPECT_EQ(put("a.any", "PAR1...."), DataKind::table);
  EXPECT_EQ(put("a.feather", "ARROW1.."), DataKind::table);
  EXPECT_EQ(put("a.jpg", "\xff\xd8\xff\xe0"), DataKind::image_file);
  EXPECT_EQ(put("a.txt", "PAR"), DataKind::unknown);
  EXPECT_EQ(put("classes/cat/1.png", "\x89PNG\r\n\x1a\n..."), DataKind::image_file);
  EXPECT_EQ(detect_data(folder / "classes"), DataKind::image_folder);
  EXPECT_EQ(detect_data(folder / "classes/cat"), DataKind::image_folder);
  put("texts/a.txt", "PAR");
  EXPECT_EQ(detect_data(folder / "texts"), DataKind::unknown);
  std::filesystem::create_directory(folder / "digits");
  put_idx_folder(folder / "digits");
  EXPECT_EQ(detect_data(folder / "digits"), DataKind::idx_folder);
  EXPECT_EQ(detect_data(folder / "digits/train-images-idx3-ubyte"), DataKind::idx_folder);
  expect_error_parts(ErrorKind::file, {"lost", "no such file or folder"}, [&] { detect_data(folder / "lost"); });
}
