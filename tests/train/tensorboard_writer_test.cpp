// TensorBoard event files, read back according to the format's specification.
#include "reszoo/train/tensorboard_writer.h"

#include "reszoo/base/atomic_file.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> event_files(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) found.push_back(entry.path());
  return found;
}

/// Returns the messages of the file's records.
std::vector<std::string> records(const std::string& bytes) {
  std::vector<std::string> found;
  for (size_t at = 0; at < bytes.size();) {
    size_t size = 0;
    for (int i = 7; i >= 0; --i) size = size << 8 | static_cast<uint8_t>(bytes.at(at + static_cast<size_t>(i)));
    found.push_back(bytes.substr(at + 12, size));
    at += 16 + size;
  }
  return found;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  return text;
}

}  // namespace

TEST(TensorBoardWriter, IsAsTensorBoardsWriterMakesIt) {
  const TempDir folder;
  {
    TensorBoardWriter events(folder.path());
    events.add("val/accuracy", 300, 0.75);
  }
  const auto files = event_files(folder.path());
  ASSERT_EQ(files.size(), 1);
  const auto bytes = read_file(files.front());
  const auto found = records(bytes);
  ASSERT_EQ(found.size(), 2);
  // The time is a double of eight bytes; the rest was written by tensorboard 2.21.
  EXPECT_EQ(hex(found[0].substr(9)), "1a0d" + hex("brain.Event:2"));
  EXPECT_EQ(hex(found[1].substr(9)),
            "10ac02"
            "2a15"
            "0a13"
            "0a0c" +
                hex("val/accuracy") +
                "15"
                "0000403f");
  // The length of the first record, 24, with its checksum.
  EXPECT_EQ(hex(bytes.substr(0, 12)),
            "1800000000000000"
            "a37f4b22");
}

TEST(TensorBoardWriter, ANewOneTakesThePlaceOfEarlierOnes) {
  const TempDir folder;
  write_file(folder / "events.out.tfevents.1.old", "x");
  write_file(folder / "model.safetensors", "x");
  TensorBoardWriter events(folder.path());
  EXPECT_EQ(event_files(folder.path()).size(), 1);
  EXPECT_TRUE(fs::exists(folder / "model.safetensors"));
  expect_error(ErrorKind::file, "lost", [] { TensorBoardWriter("/proc/lost"); });
}
