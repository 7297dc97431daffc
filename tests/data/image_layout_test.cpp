// Which folders are classes and which are parts, as a person would say.
#include "data/image_folder.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using Paths = std::vector<std::string>;

void expect_asks(const Paths& paths, const Paths& parts, const ImageReadOptions& options = {}) {
  expect_error_parts(ErrorKind::input, parts, [&] { read_tree(paths, options); });
}

}  // namespace

TEST(ImageLayout, ClassFoldersAreReadAtAnyDepth) {
  EXPECT_EQ(read_tree({"cat/1.png", "dog/1.png", "dog/2.png"}), "train: cat 1, dog 2");
  EXPECT_EQ(read_tree({"cat/2020/1.png", "cat/2021/1.png", "dog/2020/1.png"}), "train: cat 2, dog 1");
  EXPECT_EQ(read_tree({"cat/a/b/c/1.png", "dog/1.png"}), "train: cat 1, dog 1");
  EXPECT_EQ(read_tree({"0/1.png", "1/1.png", "10/1.png", "07/1.png"}), "train: 0 1, 07 1, 1 1, 10 1");
  EXPECT_EQ(read_tree({"Größe/1.png", "猫/1.png", "a b/1.png", "x,y/1.png"}), "train: Größe 1, a b 1, x,y 1, 猫 1");
}

TEST(ImageLayout, PartsAreKnownInTheSpellingsOfTheField) {
  const std::pair<const char*, const char*> trains[] = {{"train", "val"},         {"Train", "Val"},
                                                        {"TRAIN", "VALID"},       {"training", "validation"},
                                                        {"train", "dev"},         {"training_set", "validation_set"},
                                                        {"trainset", "valset"},   {"train2017", "val2017"},
                                                        {"train-images", "eval"}, {"Training Data", "Valid Data"}};
  for (const auto& [train, validation] : trains)
    EXPECT_EQ(read_tree({fmt::format("{}/cat/1.png", train), fmt::format("{}/dog/1.png", train),
                         fmt::format("{}/cat/2.png", validation)}),
              "train: cat 1, dog 1; val: cat 1")
        << train;
  for (const auto* test : {"test", "Test", "testing", "test_set", "TEST", "testset", "holdout"})
    EXPECT_EQ(read_tree({"training/cat/1.png", "training/dog/1.png", fmt::format("{}/dog/1.png", test)}),
              "train: cat 1, dog 1; test: dog 1")
        << test;
  EXPECT_EQ(read_tree({"seg_train/sea/1.png", "seg_train/ice/1.png", "seg_test/sea/1.png"}),
            "train: ice 1, sea 1; test: sea 1");
}

TEST(ImageLayout, WhatIsBesidePartsAndClassesIsLeftOut) {
  EXPECT_EQ(read_tree({"train/cat/1.png", "train/dog/1.png", "test/1.png", "test/2.png"}),
            "train: cat 1, dog 1; left out: 2");
  EXPECT_EQ(read_tree({"train/cat/1.png", "train/dog/1.png", "train/stray.png"}), "train: cat 1, dog 1; left out: 1");
  EXPECT_EQ(read_tree({"train/cat/1.png", "train/dog/1.png", "val/cat/1.png", "figures/a.png", "figures/b.png"}),
            "train: cat 1, dog 1; val: cat 1; left out: 2");
  EXPECT_EQ(read_tree({"cat/1.png", "dog/1.png", "cover.png"}), "train: cat 1, dog 1; left out: 1");
}

TEST(ImageLayout, AFolderThatOnlyWrapsTheDataIsLookedThrough) {
  EXPECT_EQ(read_tree({"dataset/dataset/train/cat/1.png", "dataset/dataset/train/dog/1.png",
                       "dataset/dataset/test/dog/1.png"}),
            "train: cat 1, dog 1; test: dog 1");
  EXPECT_EQ(read_tree({"photos/cat/1.png", "photos/dog/1.png"}), "train: cat 1, dog 1");
  EXPECT_EQ(read_tree({"train/train/cat/1.png", "train/train/dog/1.png", "test/test/cat/1.png"}),
            "train: cat 1, dog 1; test: cat 1");
}

TEST(ImageLayout, ClassesMayHavePartsInThem) {
  EXPECT_EQ(read_tree({"cat/train/1.png", "cat/test/1.png", "dog/train/1.png", "dog/train/2.png", "dog/val/1.png"}),
            "train: cat 1, dog 2; val: dog 1; test: cat 1");
}

TEST(ImageLayout, AClassMayBeCalledLikeAPart) {
  EXPECT_EQ(read_tree({"bus/1.png", "train/1.png", "plane/1.png"}), "train: bus 1, plane 1, train 1");
  EXPECT_EQ(read_tree({"valid/1.png", "invalid/1.png"}), "train: invalid 1, valid 1");
  EXPECT_EQ(read_tree({"test/1.png", "control/1.png"}), "train: control 1, test 1");
  EXPECT_EQ(read_tree({"train/cat/1.png", "val/cat/1.png"}, {.layout = FolderLayout::classes}),
            "train: train 1, val 1");
}

TEST(ImageLayout, TestFoldersMayLieBesideTheClasses) {
  EXPECT_EQ(read_tree({"cat/1.png", "dog/1.png", "test/dog/1.png"}), "train: cat 1, dog 1; test: dog 1");
  EXPECT_EQ(read_tree({"test/cat/1.png", "test/dog/1.png"}), "test: cat 1, dog 1");
}

TEST(ImageLayout, TwoReadingsAreAskedFor) {
  const Paths bus{"bus/1.png", "car/1.png", "train/day/1.png", "train/night/1.png"};
  expect_asks(bus, {"train/ could be the training images, or a class beside bus/, car/", "folder_layout=classes"});
  EXPECT_EQ(read_tree(bus, {.layout = FolderLayout::classes}), "train: bus 1, car 1, train 2");
  EXPECT_EQ(read_tree(bus, {.layout = FolderLayout::splits}), "train: day 1, night 1; left out: 2");
  expect_asks({"train/cat/1.png", "training/cat/1.png"}, {"train/, training/", "the same part"});
  expect_asks({"train/1.png", "test/1.png", "bus/1.png"}, {"train/ has images but no class folders", "folder_layout="});
}

TEST(ImageLayout, PortionsOfTheDataAreAskedFor) {
  expect_asks({"fold1/cat/1.png", "fold1/dog/1.png", "fold2/cat/2.png", "fold2/dog/2.png"},
              {"fold1/, fold2/ have the same folders, cat/, dog/", "folder_layout=classes"});
  expect_asks({"2020/cat/1.png", "2020/dog/1.png", "2021/cat/2.png", "2021/dog/2.png"}, {"2020/, 2021/"});
  expect_asks({"color/a/1.png", "color/b/1.png", "color/c/1.png", "gray/a/1.png", "gray/b/1.png", "gray/c/1.png"},
              {"color/, gray/ have the same folders, a/, b/, c/"});
  const Paths years{"cat/2020/1.png", "cat/2021/1.png", "dog/2020/1.png", "dog/2021/1.png"};
  EXPECT_EQ(read_tree(years), "train: cat 2, dog 2");
  const Paths folds{"1/x/1.png", "1/y/1.png", "2/x/1.png", "2/y/1.png"};
  EXPECT_EQ(read_tree(folds, {.layout = FolderLayout::classes}), "train: 1 2, 2 2");
  EXPECT_EQ(read_tree(folds, {.classes = {"1", "2"}}), "train: 1 2, 2 2");
}

TEST(ImageLayout, ACopyOfTheClassesBesideThemIsLeftOut) {
  EXPECT_EQ(read_tree({"daisy/1.png", "rose/1.png", "flowers/daisy/1.png", "flowers/rose/1.png"}),
            "train: daisy 1, rose 1; left out: 2");
  EXPECT_EQ(read_tree({"data/train/cat/1.png", "data/train/dog/1.png", "data/data/train/cat/1.png"}),
            "train: cat 1, dog 1; left out: 1");
}

TEST(ImageLayout, WithoutClassFoldersTheLineSaysWhatToDo) {
  expect_asks({"train/cat.0.png", "train/dog.0.png", "test/1.png"}, {"train/: has 2 images but no class folders"});
  expect_asks({"1.png", "2.png"}, {"2 images without a folder of its class"});
  const TempDir folder;
  put_images_at(folder.path(), {"1.png", "2.png"});
  put(folder / "labels.csv", "file,label\n1.png,a\n2.png,b\n");
  expect_error_parts(ErrorKind::input, {"labels.csv", "give it as the data"},
                     [&] { read_image_splits(folder.path()); });
}

TEST(ImageLayout, TheClassesOfAModelSayWhatIsAClass) {
  const Paths one{"cat/2020/1.png", "cat/2021/1.png"};
  EXPECT_EQ(read_tree(one), "train: 2020 1, 2021 1");
  EXPECT_EQ(read_tree(one, {.classes = {"cat", "dog"}}), "train: cat 2");
}

TEST(ImageLayout, OneLineSaysWhatWasRead) {
  const TempDir folder;
  put_images_at(folder.path(), {"Train/cat/1.png", "Train/dog/1.png", "Val/cat/1.png", "figures/1.png"});
  put(folder / "Train/owl/readme.txt", "soon");
  const auto splits = read_image_splits(folder.path());
  const auto root = folder.path().string();
  EXPECT_EQ(splits.notes.at(0),
            root +
                ": 2 classes (cat, dog); 2 images in Train, 1 image in Val; left out: 1 text file "
                "(Train/owl/readme.txt), 1 image in the folder figures/, which is no part (figures)");
  EXPECT_EQ(splits.notes.at(1), "1 folder without images: Train/owl/");
}

TEST(ImageLayout, NamesThatAreNoTextAreRefused) {
  const TempDir folder;
  put_images_at(folder.path(), {"cat/1.png", "caf\xe9/1.png"});
  expect_error_parts(ErrorKind::input, {"caf?/1.png: the name of its class, caf?, is no text in UTF-8"},
                     [&] { read_image_splits(folder.path()); });
  std::filesystem::rename(folder / "caf\xe9", folder / "owl");
  put_images_at(folder.path(), {"owl/\xff.png"});
  expect_error_parts(ErrorKind::file, {"?.png: the name is no text in UTF-8", "on_bad=skip"},
                     [&] { read_image_splits(folder.path()); });
  EXPECT_EQ(splits_text(read_image_splits(folder.path(), {.on_bad = OnBadImage::skip})),
            "train: cat 1, owl 1; left out: 1");
}
