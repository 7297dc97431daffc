// Checks all images before they are used.
#include <algorithm>
#include <atomic>
#include <thread>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/data/decode.h"
#include "reszoo/data/image_files.h"

namespace reszoo {
namespace {

using namespace std::string_view_literals;

/// Returns whether the bytes end like a complete image, as far as the format tells without decoding.
bool ends_whole(std::string_view bytes) {
  const auto tail = bytes.substr(bytes.size() - std::min<size_t>(bytes.size(), 64));
  if (bytes.starts_with("\xff\xd8"sv)) return tail.find("\xff\xd9"sv) != std::string_view::npos;
  if (bytes.starts_with("\x89PNG"sv)) return tail.find("IEND"sv) != std::string_view::npos;
  return false;
}

void scan_one(const EncodedImages& images, int64_t image, ImageScan& result) {
  const auto i = static_cast<size_t>(image);
  const auto& name = images.names[i];
  if (!is_utf8(name)) fail(ErrorKind::file, "{}: the name is no text in UTF-8, rename the file", escaped(name, 400));
  const auto bytes = images.map(image);  // of a file only the pages at both ends are read
  if (bytes.size() == 0) fail(ErrorKind::file, "{}: is empty", name);
  const auto opened = open_image(bytes, name);
  // Some cameras omit the end marker, or append data after it.
  if (!ends_whole(bytes.view())) opened->read(opened->whole());
  result.heights[i] = opened->height();
  result.widths[i] = opened->width();
}

}  // namespace

ImageScan scan_images(const EncodedImages& images, int64_t threads) {
  const auto count = static_cast<size_t>(images.size());
  ImageScan result{std::vector<int64_t>(count), std::vector<int64_t>(count)};
  std::vector<std::string> why(count);
  std::atomic<size_t> next = 0;
  const auto look = [&] {
    for (auto i = next++; i < count; i = next++) try {
        scan_one(images, static_cast<int64_t>(i), result);
      } catch (const Error& error) {
        why[i] = error.what();
      }
  };
  std::vector<std::thread> others;
  for (int64_t i = 1; i < threads; ++i) others.emplace_back(look);
  look();
  for (auto& thread : others) thread.join();
  for (size_t i = 0; i < count; ++i)
    if (!why[i].empty()) result.bad.push_back({static_cast<int64_t>(i), why[i]});
  return result;
}

}  // namespace reszoo
