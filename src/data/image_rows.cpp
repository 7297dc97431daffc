#include "reszoo/data/image_rows.h"

#include <algorithm>

#include "reszoo/base/device.h"
#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/base/text.h"
#include "reszoo/data/cifar.h"
#include "reszoo/data/detect.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr Named<OnBadImage> kOnBadImage[] = {{"fail", OnBadImage::fail}, {"skip", OnBadImage::skip}};

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

/// An image of an in-memory data set. Its colour planes are interleaved when it is read.
class PlanarImage : public LazyImage {
 public:
  explicit PlanarImage(Tensor planes) : planes_(std::move(planes)) {}
  int64_t height() const override { return planes_.size(1); }
  int64_t width() const override { return planes_.size(2); }
  int64_t channels() const override { return planes_.size(0); }
  ImageBuffer read(const Box& box, int64_t) const override {
    const auto channels = planes_.size(0);
    ImageBuffer pixels(box.height, box.width, channels);
    const auto* first = planes_.const_data_ptr<uint8_t>();
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t y = 0; y < box.height; ++y) {
        const auto* from = first + (c * height() + box.top + y) * width() + box.left;
        auto* to = pixels.row(y) + c;
        for (int64_t x = 0; x < box.width; ++x) to[x * channels] = from[x];
      }
    return pixels;
  }

 private:
  Tensor planes_;  // (C, H, W)
};

/// Creates rows with class names, or class numbers if there are no names; `part` is used in the names of images.
ImageRows rows_of(const ImageTensors& set, const char* part, const std::vector<std::string>& classes = {}) {
  Column labels{.name = "label", .numbers = set.labels.to(at::kDouble)};
  if (!classes.empty()) labels = {.name = "label", .kind = Column::Kind::text, .codes = set.labels, .words = classes};
  std::vector<std::string> names;
  for (int64_t row = 0; row < set.images.size(0); ++row) names.push_back(fmt::format("{} {}", part, row));
  return {
      .source = [images = set.images.contiguous()](int64_t row) { return std::make_unique<PlanarImage>(images[row]); },
      .labels = labels,
      .names = std::move(names),
      .size = std::pair(set.images.size(2), set.images.size(3)),
      .channels = set.images.size(1)};
}

ImageFiles without(const ImageFiles& files, const std::vector<ImageScan::Bad>& bad) {
  ImageFiles good;
  auto next = bad.begin();
  for (size_t i = 0; i < files.paths.size(); ++i) {
    if (next != bad.end() && next->row == static_cast<int64_t>(i)) {
      ++next;
      continue;
    }
    good.paths.push_back(files.paths[i]);
    good.labels.push_back(files.labels[i]);
  }
  return good;
}

ImageRows rows_of(ImageFiles files, OnBadImage on_bad, std::vector<std::string>& notes) {
  auto seen = scan_images(files, available_cpus());
  if (!seen.bad.empty() && on_bad != OnBadImage::skip)
    fail(ErrorKind::file, "{}{}; on_bad=skip leaves such files out", seen.bad.front().why,
         seen.bad.size() > 1 ? fmt::format(" (and {} more bad files of {})", seen.bad.size() - 1, files.paths.size())
                             : "");
  for (const auto& bad : seen.bad) notes.push_back(bad.why + "; left out");
  files = without(files, seen.bad);
  if (files.paths.empty()) fail(ErrorKind::input, "no image is left");
  const auto first = static_cast<size_t>(
      std::find_if(seen.heights.begin(), seen.heights.end(), [](int64_t h) { return h > 0; }) - seen.heights.begin());
  bool same = true;
  for (size_t i = 0; i < seen.heights.size(); ++i)
    same = same &&
           (seen.heights[i] == 0 || (seen.heights[i] == seen.heights[first] && seen.widths[i] == seen.widths[first]));
  ImageRows rows{.source = open_files(files.paths), .labels = Column::of_text("label", files.labels)};
  for (const auto& path : files.paths) rows.names.push_back(path.string());
  rows.channels = seen.channels[first];
  if (same) rows.size = std::pair(seen.heights[first], seen.widths[first]);
  return rows;
}

ImageSplits read_folders(const fs::path& folder, const ImageReadOptions& options) {
  ImageSplits parts;
  const auto read = [&](const fs::path& path) {
    return in_file(path, [&] { return rows_of(read_class_folders(path), options.on_bad, parts.notes); });
  };
  if (!is_split_folder(folder)) {
    parts.train = read(folder);
    return parts;
  }
  parts.train = read(folder / "train");
  for (const auto* name : {"val", "valid", "validation"})
    if (!parts.validation && fs::is_directory(folder / name)) parts.validation = read(folder / name);
  if (fs::is_directory(folder / "test")) parts.test = read(folder / "test");
  return parts;
}

std::string path_or_label_column(const Frame& table, const std::string& named, std::vector<std::string> usual,
                                 const char* field) {
  if (!named.empty()) return named;
  for (const auto& column : table.columns)
    if (std::find(usual.begin(), usual.end(), column.name) != usual.end()) return column.name;
  fail(ErrorKind::usage,
       "{}: image networks take a table of image files and classes; name its column, as none is called {}", field,
       list(usual));
}

ImageSplits read_list(const fs::path& path, const ImageReadOptions& options) {
  ImageSplits parts;
  parts.train = in_file(path, [&] {
    const auto table = read_table(path, options.table);
    const auto paths =
        path_or_label_column(table, options.path_column, {"path", "file", "filename", "image"}, "path_column");
    const auto labels = path_or_label_column(table, options.label_column, {"label", "class", "target"}, "label_column");
    return rows_of(files_of_table(table, paths, labels, path.parent_path()), options.on_bad, parts.notes);
  });
  return parts;
}

}  // namespace

OnBadImage parse_on_bad_image(std::string_view text) {
  return text.empty() ? OnBadImage::automatic : parse_name("on_bad", kOnBadImage, text);
}

std::vector<fs::path> image_files_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && detect_data(entry.path()) == DataKind::image_file) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  if (found.empty()) fail(ErrorKind::input, "{}: no JPEG or PNG file in this folder", folder.string());
  return found;
}

ImageRows take_images(const ImageRows& all, const Tensor& rows) {
  const auto wanted = rows.to(at::kLong).contiguous();
  const std::vector<int64_t> numbers(wanted.const_data_ptr<int64_t>(),
                                     wanted.const_data_ptr<int64_t>() + wanted.numel());
  auto part = all;
  part.labels = take_rows(Frame{{all.labels}}, wanted).columns.front();
  part.source = [source = all.source, numbers](int64_t row) { return source(numbers[static_cast<size_t>(row)]); };
  part.names.clear();
  for (const auto number : numbers) part.names.push_back(all.names[static_cast<size_t>(number)]);
  return part;
}

ImageSplits read_image_splits(const std::filesystem::path& path, const ImageReadOptions& options) {
  switch (const auto kind = detect_data(path)) {
    case DataKind::idx_folder: {
      const auto splits = read_idx_folder(path);
      return {.train = rows_of(splits.train, "train"), .test = rows_of(splits.test, "test")};
    }
    case DataKind::cifar_folder: {
      const auto folder = read_cifar_folder(path);
      return {.train = rows_of(folder.splits.train, "train", folder.classes),
              .test = rows_of(folder.splits.test, "test", folder.classes)};
    }
    case DataKind::image_folder: return read_folders(path, options);
    case DataKind::table: return read_list(path, options);
    default:
      fail(ErrorKind::usage,
           "{}: image networks train on images: a folder of class folders, of IDX or CIFAR files, or a table of "
           "paths and classes; this is {}",
           path.string(), kind == DataKind::unknown ? "none of these" : "of the kind: " + text_of(kind));
  }
}

}  // namespace reszoo
