// False zip directories are rejected with a specific message before anything is read.
#include <gtest/gtest.h>

#include <cstring>

#include "hostile/zip_file.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/read.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

const std::filesystem::path kPth = std::filesystem::path(RESZOO_FIXTURES) / "pth";

std::vector<ZipPart> sound_parts() { return take_apart(read_file(kPth / "zip.pth")); }

void expect_zip_refused(const std::string& archive, const std::string& message) {
  expect_error_parts(ErrorKind::file, {"f: zip archive is damaged or cut off: ", message},
                     [&] { read_pth(Bytes::own(archive), "f", {.verify = false}); });
}

/// Expects an error for the undamaged archive after one change to its first entry.
template <typename Change>
void refuse_changed(const std::string& message, Change change) {
  auto parts = sound_parts();
  change(parts.front());
  expect_zip_refused(put_together(parts), message);
}

/// Replaces the number at an offset from the beginning of `mark`.
template <typename T>
std::string with_number(std::string archive, std::string_view mark, size_t offset, T number) {
  std::memcpy(archive.data() + archive.rfind(mark) + offset, &number, sizeof number);
  return archive;
}

}  // namespace

TEST(Zip, WhatIsPutTogetherAgainIsRead) {
  EXPECT_EQ(read_pth(Bytes::own(put_together(sound_parts())), "f").keys(), read_pth(kPth / "zip.pth").keys());
}

TEST(Zip, ACommentOrOtherBytesMayFollowAsInPyTorch) {
  const auto sound = put_together(sound_parts());
  const auto expected = read_pth(kPth / "zip.pth").keys();
  EXPECT_EQ(read_pth(Bytes::own(sound + "x"), "f").keys(), expected);
  EXPECT_EQ(read_pth(Bytes::own(sound + std::string(0xffff, '\0')), "f").keys(), expected);
  EXPECT_EQ(read_pth(Bytes::own(with_number<uint16_t>(sound, "PK\x05\x06", 20, 7) + "comment"), "f").keys(), expected);
  EXPECT_EQ(read_weights(Bytes::own(read_file(kPth / "zip.pth") + "\n"), "f").keys(), expected);  // with zip64 records
}

TEST(Zip, EntriesMustAgreeWithTheirHeadersAndLieApart) {
  auto parts = sound_parts();
  parts.push_back(parts.front());
  expect_zip_refused(put_together(parts), "entry \"archive/data.pkl\" is there twice");
  refuse_changed("is stored and has two sizes", [](ZipPart& part) { part.size = 7; });
  refuse_changed("runs into the directory", [](ZipPart& part) { part.size = part.packed_size = 0x7fffffff; });
  refuse_changed("no header of \"archive/data.pkl\" at byte 5", [](ZipPart& part) { part.header = 5; });
  refuse_changed("entries \"archive/data.pkl\" and",
                 [](ZipPart& part) { part.size = part.packed_size = part.content.size() + 9; });
  const auto sound = put_together(sound_parts());
  expect_zip_refused(with_number<uint32_t>(sound, "PK\x03\x04", 14, 7), "disagree");
  expect_zip_refused(with_number<char>(sound, "PK\x03\x04", 30, 'x'), "disagree");
}

TEST(Zip, TheEndRecordMustFit) {
  const auto sound = put_together(sound_parts());
  const std::string_view end = "PK\x05\x06";
  expect_zip_refused("PK\x03\x04", "4 bytes are too few");
  expect_zip_refused(sound + std::string(0x10000, 'x'), "no end record at its end");
  expect_zip_refused(with_number<uint16_t>(sound, end, 20, 3), "announces a comment");
  expect_zip_refused(with_number<uint16_t>(sound, end, 8, 1), "two numbers of entries");
  expect_zip_refused(with_number<uint32_t>(with_number<uint16_t>(sound, end, 8, 0xffff), end, 8, 0xffffffff),
                     "do not fit a directory");
  expect_zip_refused(with_number<uint32_t>(sound, end, 16, 0), "does not reach the end record");
  expect_zip_refused(with_number<uint16_t>(sound, end, 4, 1), "several disks");
}

TEST(Zip, EncryptedAndUnknownMethodsAreRefused) {
  const auto sound = put_together(sound_parts());
  expect_zip_refused(with_number<uint16_t>(sound, "PK\x01\x02", 8, 1), "is encrypted");
  expect_zip_refused(with_number<uint16_t>(sound, "PK\x01\x02", 10, 12),
                     "is packed in a way that is not read, method 12");
}

TEST(Zip, ArchivesOfPyTorchHaveZip64RecordsAndDescriptorsThatMustFit) {
  const auto sound = read_file(kPth / "zip.pth");
  expect_zip_refused(with_number<uint64_t>(sound, "PK\x06\x06", 32, 3), "two numbers of entries");
  expect_zip_refused(with_number<uint64_t>(sound, "PK\x06\x06", 48, 7), "disagree");
  expect_zip_refused(with_number<uint64_t>(sound, "PK\x06\x07", 8, 7), "no zip64 end record where the locator points");
  expect_zip_refused(with_number<uint32_t>(sound, "PK\x07\x08", 8, 7), "directory and data descriptor");
}

TEST(Zip, ArchivesOfOthersAreNamed) {
  const auto describe = [](const std::string& entry, const std::string& message) {
    expect_error(ErrorKind::file, "f: " + message,
                 [&] { read_weights(Bytes::own(put_together({{.name = entry, .content = "x"}})), "f"); });
  };
  describe("weight.npy", "is an archive of NumPy arrays (.npz)");
  describe("model.weights.h5", "is a Keras model");
  describe("net/models/model.json", "is a program of torch.export, whose weights are not read");
  describe("release/resnet18.pth", "is a zip archive with weights in it; unpack it with unzip");
  describe("readme.txt", "is a zip archive, but torch.save did not write it");
  describe("net/data/aotinductor/model.so", "is a compiled package, which can be run");
}
