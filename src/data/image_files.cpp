#include "reszoo/data/image_files.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <map>
#include <thread>

#include "reszoo/base/error.h"
#include "reszoo/data/decode.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

bool hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool ends_as_image(const fs::path& path) {
  auto ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::vector<std::string> endings{".jpg", ".jpeg", ".jpe",  ".jfif", ".png", ".webp",
                                         ".gif", ".bmp",  ".tiff", ".tif",  ".npy"};
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

/// Returns the image files below a folder, sorted.
std::vector<fs::path> images_below(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
    if (hidden(entry->path())) {
      if (entry->is_directory()) entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && ends_as_image(entry->path())) {
      paths.push_back(entry->path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

const std::string& word_of(const Column& column, int64_t row) {
  const auto code = column.codes[row].item<int64_t>();
  if (code < 0) fail(ErrorKind::input, "column \"{}\": missing value in row {}", column.name, row + 1);
  return column.words[static_cast<size_t>(code)];
}

/// Says of each good file whose number of channels is not the most frequent one that it is bad.
void find_other_channels(const ImageFiles& files, ImageScan& scan, std::vector<std::string>& why) {
  const auto& channels = scan.channels;
  std::map<int64_t, int64_t> counts;
  for (size_t i = 0; i < channels.size(); ++i) counts[channels[i]] += why[i].empty() ? 1 : 0;
  const auto usual =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  for (size_t i = 0; i < channels.size(); ++i)
    if (why[i].empty() && channels[i] != usual->first) {
      why[i] = fmt::format("{}: has {} channels, most of these images have {}", files.paths[i].string(), channels[i],
                           usual->first);
      scan.heights[i] = scan.widths[i] = 0;
    }
}

}  // namespace

ImageFiles read_class_folders(const fs::path& folder) try {
  std::vector<fs::path> classes;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() && !hidden(entry.path())) classes.push_back(entry.path());
  std::sort(classes.begin(), classes.end());
  ImageFiles files;
  for (const auto& of_class : classes) {
    const auto paths = images_below(of_class);
    if (paths.empty()) fail(ErrorKind::input, "{}: a class without images (.jpg, .jpeg, .png)", of_class.string());
    files.paths.insert(files.paths.end(), paths.begin(), paths.end());
    files.labels.insert(files.labels.end(), paths.size(), of_class.filename().string());
  }
  if (files.paths.empty()) fail(ErrorKind::input, "{}: no folders of classes with images in them", folder.string());
  return files;
} catch (const fs::filesystem_error& error) {
  fail(ErrorKind::file, "{}: {}", error.path1().string(), error.code().message());
}

ImageFiles files_of_table(const Frame& table, const std::string& path_column, const std::string& label_column,
                          const fs::path& base) {
  const auto paths = as_text(table.at(path_column)), labels = as_text(table.at(label_column));
  ImageFiles files;
  for (int64_t row = 0; row < table.rows(); ++row) {
    files.paths.push_back(base / word_of(paths, row));  // an absolute path stays unchanged
    files.labels.push_back(word_of(labels, row));
  }
  return files;
}

ImageScan scan_images(const ImageFiles& files, int64_t threads) {
  const auto count = files.paths.size();
  ImageScan result{std::vector<int64_t>(count), std::vector<int64_t>(count), std::vector<int64_t>(count)};
  std::vector<std::string> why(count);
  std::atomic<size_t> next = 0;
  const auto look = [&] {
    for (auto i = next++; i < count; i = next++) try {
        const auto bytes = Bytes::map(files.paths[i]);  // only the pages at both ends are read
        const auto image = open_image(bytes, files.paths[i].string());
        if (!is_whole_image(bytes.view()))
          image->read(image->whole());  // some cameras omit the end marker, or append data after it
        result.channels[i] = image->channels() > 0 ? 3 : image->bands();
        result.heights[i] = image->height();
        result.widths[i] = image->width();
      } catch (const Error& error) {
        why[i] = error.what();
      }
  };
  std::vector<std::thread> others;
  for (int64_t i = 1; i < threads; ++i) others.emplace_back(look);
  look();
  for (auto& thread : others) thread.join();
  find_other_channels(files, result, why);
  for (size_t i = 0; i < count; ++i)
    if (!why[i].empty()) result.bad.push_back({static_cast<int64_t>(i), why[i]});
  return result;
}

ImageSource open_files(std::vector<fs::path> paths) {
  return [paths = std::move(paths)](int64_t row) { return open_image(paths[static_cast<size_t>(row)]); };
}

}  // namespace reszoo
