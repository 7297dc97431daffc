#include "reszoo/data/cifar.h"

#include <torch/types.h>

#include <cstring>
#include <sstream>

#include "cifar_format.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Reads records: class labels of which the last one is used, the fine class, then the image.
ImageTensors read_cifar_records(const fs::path& path, const CifarFormat& format) {
  const int64_t labels = format.classes == 100 ? 2 : 1;
  const auto bytes = read_file(path);
  const auto size = labels + kCifarPixels, count = std::ssize(bytes) / size;
  if (count == 0 || count * size != std::ssize(bytes))
    fail(ErrorKind::file, "{}: must be whole records of {} bytes, got {} bytes", path.string(), size, bytes.size());
  ImageTensors set{torch::empty({count, 3, kCifarSide, kCifarSide}, torch::kUInt8),
                   torch::empty({count}, torch::kInt64)};
  for (int64_t i = 0; i < count; ++i) {
    const auto* record = bytes.data() + i * size;
    set.labels.mutable_data_ptr<int64_t>()[i] = static_cast<uint8_t>(record[labels - 1]);
    std::memcpy(set.images.mutable_data_ptr<uint8_t>() + i * kCifarPixels, record + labels, kCifarPixels);
  }
  return set;
}

std::vector<std::string> read_cifar_lines(const fs::path& path) {
  std::vector<std::string> names;
  std::istringstream lines(read_file(path));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  return names;
}

const std::vector<CifarFormat>& cifar_formats() {
  static const std::vector<CifarFormat> all{
      {10,
       {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
       "test_batch.bin",
       "batches.meta.txt",
       read_cifar_records,
       read_cifar_lines,
       "cifar-10-batches-bin"},
      {100,
       {"train.bin"},
       "test.bin",
       "fine_label_names.txt",
       read_cifar_records,
       read_cifar_lines,
       "cifar-100-binary"},
      {10,
       {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"},
       "test_batch",
       "batches.meta",
       read_cifar_pickle,
       read_cifar_pickle_names,
       "cifar-10-batches-py"},
      {100, {"train"}, "test", "meta", read_cifar_pickle, read_cifar_pickle_names, "cifar-100-python"}};
  return all;
}

/// The format of a folder, and the folder that has the files.
struct CifarPlace {
  const CifarFormat* format = nullptr;
  fs::path folder = {};
};

CifarPlace find_cifar(const fs::path& folder) {
  for (const auto& format : cifar_formats())
    for (const auto& in : {folder, folder / format.subfolder})
      for (const auto& name : format.train)
        if (fs::is_regular_file(in / name) && (format.read == read_cifar_records || is_cifar_pickle(in / name)))
          return {&format, in};
  return {};
}

std::vector<std::string> class_names_of(const CifarPlace& place, std::vector<std::string>& notes) {
  const auto& format = *place.format;
  std::vector<std::string> names;
  if (fs::exists(place.folder / format.names)) names = format.read_names(place.folder / format.names);
  if (std::ssize(names) == format.classes) return names;
  notes.push_back(fmt::format("{} with the names of the classes is missing, they are numbers", format.names));
  names.clear();
  for (int64_t i = 0; i < format.classes; ++i) names.push_back(std::to_string(i));
  return names;
}

ImageTensors read_checked(const fs::path& path, const CifarFormat& format) {
  auto set = format.read(path, format);
  check_cifar_classes(set, format, path);
  return set;
}

}  // namespace

void check_cifar_classes(const ImageTensors& images, const CifarFormat& format, const fs::path& path) {
  const auto bad = images.labels.lt(0).logical_or(images.labels.ge(format.classes)).nonzero();
  if (bad.size(0) > 0)
    fail(ErrorKind::file, "{}: class must be below {}, got {} in record {}", path.string(), format.classes,
         images.labels[bad[0].item<int64_t>()].item<int64_t>(), bad[0].item<int64_t>() + 1);
}

bool is_cifar_folder(const fs::path& folder) { return find_cifar(folder).format != nullptr; }

CifarFolder read_cifar_folder(const fs::path& folder) {
  const auto place = find_cifar(folder);
  if (!place.format)
    fail(ErrorKind::file,
         "{}: has neither data_batch_1.bin nor train.bin, nor data_batch_1 nor train of the Python version",
         folder.string());
  const auto& format = *place.format;
  CifarFolder read;
  std::vector<std::string> missing;
  std::vector<Tensor> images, labels;
  for (const auto& name : format.train) {
    if (!fs::exists(place.folder / name)) {
      missing.push_back(name);
      continue;
    }
    auto set = read_checked(place.folder / name, format);
    images.push_back(std::move(set.images));
    labels.push_back(std::move(set.labels));
  }
  read.splits.train = {torch::cat(images), torch::cat(labels)};
  if (fs::exists(place.folder / format.test)) read.splits.test = read_checked(place.folder / format.test, format);
  else missing.push_back(format.test);
  if (!missing.empty()) read.splits.notes.push_back(fmt::format("missing and left out: {}", list(missing)));
  read.classes = class_names_of(place, read.splits.notes);
  return read;
}

}  // namespace reszoo
