#include "reszoo/data/image_rows.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "image_parts.h"
#include "planar_image.h"
#include "reszoo/base/device.h"
#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/base/text.h"
#include "reszoo/data/cifar.h"
#include "reszoo/data/detect.h"
#include "shown_name.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// `fail` is what `stop` was called once.
constexpr Named<OnBadImage> kOnBadImage[] = {{"stop", OnBadImage::stop}, {"skip", OnBadImage::skip}};
constexpr Named<FolderLayout> kFolderLayouts[] = {{"classes", FolderLayout::classes}, {"splits", FolderLayout::splits}};

constexpr size_t kBadNamed = 10;  // damaged files that are named each

/// Runs the action; the message of an Error is prefixed with the path.
template <typename Action>
auto in_file(const fs::path& path, Action action) {
  try {
    return action();
  } catch (const Error& error) {
    if (std::string_view(error.what()).starts_with(path.string())) throw;
    fail(error.kind(), "{}: {}", path.string(), error.what());
  }
}

/// Creates rows of a data set in memory with class names, or class numbers if there are no names; `part` is used in the
/// names of images.
ImageRows rows_in_memory(const ImageTensors& set, const char* part, const std::vector<std::string>& classes) {
  Column labels{.name = "label", .numbers = set.labels.to(at::kDouble)};
  if (!classes.empty()) labels = {.name = "label", .kind = Column::Kind::text, .codes = set.labels, .words = classes};
  std::vector<std::string> names;
  for (int64_t row = 0; row < set.images.size(0); ++row) names.push_back(fmt::format("{} {}", part, row));
  return {
      .source = [images = set.images.contiguous()](int64_t row) { return std::make_unique<PlanarImage>(images[row]); },
      .targets = {{labels}},
      .names = std::move(names),
      .size = std::pair(set.images.size(2), set.images.size(3)),
      .channels = set.images.size(1)};
}

ImageSplits splits_in_memory(const ImageTensorSplits& sets, const std::vector<std::string>& classes,
                             const std::vector<std::string>& notes) {
  ImageSplits splits{.train = rows_in_memory(sets.train, "train", classes), .notes = notes};
  if (sets.test.images.defined()) splits.test = rows_in_memory(sets.test, "test", classes);
  return splits;
}

/// Returns the size that all images have, if it is one.
std::optional<std::pair<int64_t, int64_t>> size_of_all(const ImageScan& seen, const std::vector<int64_t>& good) {
  const auto size = [&](int64_t i) {
    return std::pair(seen.heights[static_cast<size_t>(i)], seen.widths[static_cast<size_t>(i)]);
  };
  const bool same = std::all_of(good.begin(), good.end(), [&](int64_t i) { return size(i) == size(good.front()); });
  return same ? std::optional(size(good.front())) : std::nullopt;
}

void note_bad(const ImageScan& seen, ImageSplits& splits) {
  for (size_t i = 0; i < std::min(seen.bad.size(), kBadNamed); ++i)
    splits.notes.push_back(seen.bad[i].why + "; left out");
  if (seen.bad.size() > kBadNamed)
    splits.notes.push_back(fmt::format("{} more damaged files; left out", seen.bad.size() - kBadNamed));
}

/// Checks that the names of classes can be printed and stored.
void check_class_names(const LabelledSet& set) {
  for (const auto& column : set.targets.columns)
    for (size_t word = 0; word < column.words.size(); ++word) {
      if (is_utf8(column.words[word])) continue;
      const auto row = column.codes.eq(static_cast<int64_t>(word)).nonzero();
      if (row.size(0) > 0)
        fail(ErrorKind::input, "{}: the name of its class, {}, is no text in UTF-8; rename it",
             shown_name(set.images.names[static_cast<size_t>(row[0].item<int64_t>())]), shown_name(column.words[word]));
    }
}

/// Checks all images of a part, and returns those that are good.
ImageRows checked_rows(const LabelledSet& set, OnBadImage on_bad, ImageSplits& splits) {
  check_class_names(set);
  const auto seen = scan_images(set.images, available_cpus());
  if (!seen.bad.empty() && on_bad != OnBadImage::skip)
    fail(ErrorKind::file, "{}{}; on_bad=skip leaves such files out", seen.bad.front().why,
         seen.bad.size() > 1 ? fmt::format(" (and {} more bad files of {})", seen.bad.size() - 1, set.images.size())
                             : "");
  note_bad(seen, splits);
  if (!seen.bad.empty())
    splits.left_out.add("damaged image*", set.images.names[static_cast<size_t>(seen.bad.front().row)],
                        std::ssize(seen.bad));
  std::vector<int64_t> good;
  auto next = seen.bad.begin();
  for (int64_t i = 0; i < set.images.size(); ++i)
    if (next != seen.bad.end() && next->row == i) ++next;
    else good.push_back(i);
  if (good.empty()) fail(ErrorKind::input, "no image is left");
  auto images = seen.bad.empty() ? set.images : take_images(set.images, good);
  ImageRows rows{.source = {},
                 .targets = seen.bad.empty() ? set.targets : take_rows(set.targets, at::tensor(good)),
                 .names = images.names,
                 .size = size_of_all(seen, good),
                 .channels = seen.channels[static_cast<size_t>(good.front())],
                 .classes = set.classes};
  rows.source = open_images(std::move(images));
  return rows;
}

ImageSplits checked_splits(const ImageParts& read, OnBadImage on_bad) {
  ImageSplits splits{.train = {}, .notes = read.notes, .left_out = read.left_out};
  for (const auto& [part, set] : read.parts) {
    auto rows = checked_rows(set, on_bad, splits);
    if (part == DataPart::train) splits.train = std::move(rows);
    else (part == DataPart::validation ? splits.validation : splits.test) = std::move(rows);
  }
  return splits;
}

ImageParts read_parts_of(const fs::path& path, DataKind kind, const ImageReadOptions& options) {
  switch (kind) {
    case DataKind::image_archive: return read_archive_parts(path, options);
    case DataKind::image_parquet: return read_parquet_parts(path, options);
    case DataKind::table: return read_table_parts(path, options);
    default: return read_class_folder_parts(path, options);
  }
}

ImageSplits read_splits(const fs::path& path, DataKind kind, const ImageReadOptions& options) {
  if (kind == DataKind::idx_folder) {
    const auto folder = read_idx_folder(path);
    auto splits = splits_in_memory(folder, {}, folder.notes);
    splits.notes.insert(splits.notes.begin(), line_of(path, splits, {}));
    return splits;
  }
  if (kind == DataKind::cifar_folder) {
    const auto folder = read_cifar_folder(path);
    auto splits = splits_in_memory(folder.splits, folder.classes, folder.splits.notes);
    splits.notes.insert(splits.notes.begin(), line_of(path, splits, {}));
    return splits;
  }
  const auto read = read_parts_of(path, kind, options);
  auto splits = checked_splits(read, options.on_bad);
  splits.notes.insert(splits.notes.begin(), line_of(path, splits, read));
  return splits;
}

}  // namespace

OnBadImage parse_on_bad_image(std::string_view text) {
  if (text.empty()) return OnBadImage::automatic;
  return text == "fail" ? OnBadImage::stop : parse_name("on_bad", kOnBadImage, text);
}

FolderLayout parse_folder_layout(std::string_view text) {
  return text.empty() ? FolderLayout::automatic : parse_name("folder_layout", kFolderLayouts, text);
}

ImageRows take_images(const ImageRows& all, const Tensor& rows) {
  const auto wanted = rows.to(at::kLong).contiguous();
  const std::vector<int64_t> numbers(wanted.const_data_ptr<int64_t>(),
                                     wanted.const_data_ptr<int64_t>() + wanted.numel());
  auto part = all;
  part.targets = take_rows(all.targets, wanted);
  part.source = [source = all.source, numbers](int64_t row) { return source(numbers[static_cast<size_t>(row)]); };
  part.names.clear();
  for (const auto number : numbers) part.names.push_back(all.names[static_cast<size_t>(number)]);
  return part;
}

ImageSplits read_image_splits(const fs::path& path, const ImageReadOptions& options) {
  const auto kind = detect_data(path);
  if (kind == DataKind::unknown || kind == DataKind::image_file)
    fail(ErrorKind::usage,
         "{}: image networks train on images: a folder of class folders, tar archives, Parquet files with a column of "
         "images, IDX or CIFAR files, or a table of paths and classes; this is {}",
         path.string(), kind == DataKind::image_file ? "one image" : describe_unknown(path));
  return in_file(path, [&] { return read_splits(path, kind, options); });
}

}  // namespace reszoo
