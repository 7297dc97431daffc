#include "reszoo/data/cifar.h"

#include <torch/types.h>

#include <cstring>
#include <sstream>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSide = 32, kPixels = 3 * kSide * kSide;

/// One of the two formats: a record has `labels` label bytes, of which the last one is used, followed by an image.
struct Format {
  int64_t labels, classes;
  std::vector<std::string> train;
  std::string test, names;
};

const std::vector<Format>& formats() {
  static const std::vector<Format> all{
      {1,
       10,
       {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
       "test_batch.bin",
       "batches.meta.txt"},
      {2, 100, {"train.bin"}, "test.bin", "fine_label_names.txt"}};
  return all;
}

const Format* format_of(const fs::path& folder) {
  for (const auto& format : formats())
    for (const auto& name : format.train)
      if (fs::exists(folder / name)) return &format;
  return nullptr;
}

ImageTensors read_records(const fs::path& path, const Format& format) {
  const auto bytes = read_file(path);
  const auto size = format.labels + kPixels, count = std::ssize(bytes) / size;
  if (count == 0 || count * size != std::ssize(bytes))
    fail(ErrorKind::file, "{}: must be whole records of {} bytes, got {} bytes", path.string(), size, bytes.size());
  ImageTensors set{torch::empty({count, 3, kSide, kSide}, torch::kUInt8), torch::empty({count}, torch::kInt64)};
  for (int64_t i = 0; i < count; ++i) {
    const auto* record = bytes.data() + i * size;
    const auto label = static_cast<uint8_t>(record[format.labels - 1]);
    if (label >= format.classes)
      fail(ErrorKind::file, "{}: class must be below {}, got {} in record {}", path.string(), format.classes, label,
           i + 1);
    set.labels.mutable_data_ptr<int64_t>()[i] = label;
    std::memcpy(set.images.mutable_data_ptr<uint8_t>() + i * kPixels, record + format.labels, kPixels);
  }
  return set;
}

std::vector<std::string> names_of(const fs::path& folder, const Format& format) {
  std::vector<std::string> names;
  if (fs::exists(folder / format.names)) {
    std::istringstream lines(read_file(folder / format.names));
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (!line.empty()) names.push_back(line);
    }
  }
  if (std::ssize(names) == format.classes) return names;
  names.clear();
  for (int64_t i = 0; i < format.classes; ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace

bool is_cifar_folder(const fs::path& folder) { return format_of(folder) != nullptr; }

CifarFolder read_cifar_folder(const fs::path& folder) {
  const auto* format = format_of(folder);
  if (!format) fail(ErrorKind::file, "{}: has neither data_batch_1.bin nor train.bin", folder.string());
  std::vector<Tensor> images, labels;
  for (const auto& name : format->train) {
    if (!fs::exists(folder / name)) continue;
    auto set = read_records(folder / name, *format);
    images.push_back(std::move(set.images));
    labels.push_back(std::move(set.labels));
  }
  return {.splits = {{torch::cat(images), torch::cat(labels)}, read_records(folder / format->test, *format)},
          .classes = names_of(folder, *format)};
}

}  // namespace reszoo
