// Corrupted and malicious files of image data sets: tar archives, CIFAR's pickles and records, IDX files.
#include <fmt/format.h>
#include <torch/types.h>

#include "data/cifar_format.h"
#include "data/tar.h"
#include "hostile/mutate.h"
#include "hostile/withstand.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/data/idx.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

std::string image_data(const char* group, const std::string& name) {
  return from_hex(read_fixture("image_data").at(group).at(name).get<std::string>());
}

/// Reads the index of an archive, and all bytes that it names.
StateDict read_tar(const std::string& content, bool) {
  int64_t sum = 0;
  for (const auto& member : read_tar_index(content, "f.tar").members)
    for (const char byte : std::string_view(content).substr(member.begin, member.size)) sum += byte;
  return StateDict({{"sum", torch::tensor(sum)}});
}

/// Corrects the checksums of the headers, of which there is one at a multiple of 512 bytes, as writers do.
std::string with_tar_checksums(std::string archive) {
  for (size_t at = 0; at + 512 <= archive.size(); at += 512) {
    if (archive.compare(at + 257, 5, "ustar") != 0) continue;
    std::fill_n(archive.begin() + static_cast<std::ptrdiff_t>(at + 148), 8, ' ');
    unsigned sum = 0;
    for (size_t i = at; i < at + 512; ++i) sum += static_cast<uint8_t>(archive[i]);
    archive.replace(at + 148, 7, fmt::format("{:06o}", sum) + '\0');
  }
  return archive;
}

Mutant damage_tar(const std::string& file, Random& random) {
  auto damaged = damage(file, random);
  return {random.below(3) > 0 ? with_tar_checksums(damaged) : damaged};
}

/// Reads a file through a function of paths.
template <typename Read>
StateDict read_through_file(const std::string& content, Read read) {
  static const TempDir folder;
  write_file(folder / "file", content);
  return read(folder / "file");
}

StateDict read_pickle_of_cifar(const std::string& content, bool) {
  return read_through_file(content, [](const auto& path) {
    const auto set = read_cifar_pickle(path, {.classes = 10, .train = {}, .test = "", .names = ""});
    return StateDict({{"images", set.images}, {"labels", set.labels}});
  });
}

StateDict read_idx_file(const std::string& content, bool) {
  return read_through_file(content, [](const auto& path) { return StateDict({{"data", read_idx(path)}}); });
}

}  // namespace

TEST(Hostile, Tar) {
  expect_withstands({read_tar, damage_tar},
                    {image_data("tar", "GNU"), image_data("tar", "pax"), image_data("tar", "ustar")});
}

TEST(Hostile, CifarPickle) {
  const auto mutate = [](const std::string& file, Random& random) { return Mutant{damage_pickle(file, random)}; };
  expect_withstands({read_pickle_of_cifar, mutate},
                    {image_data("cifar", "data_batch_1"), image_data("cifar", "test_batch")});
}

TEST(Hostile, Idx) {
  const auto mutate = [](const std::string& file, Random& random) { return Mutant{damage(file, random)}; };
  const std::string header("\0\0\x08\x03\0\0\0\x02\0\0\0\x02\0\0\0\x03", 16);
  expect_withstands({read_idx_file, mutate}, {header + std::string(12, 'x')});
}
