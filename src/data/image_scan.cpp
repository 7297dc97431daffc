// Checks all images before they are used.
#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/data/decode.h"
#include "reszoo/data/image_files.h"
#include "shown_name.h"

namespace reszoo {
namespace {

void scan_one(const EncodedImages& images, int64_t image, ImageScan& result) {
  const auto i = static_cast<size_t>(image);
  const auto& name = images.names[i];
  if (!is_utf8(name)) fail(ErrorKind::file, "{}: the name is no text in UTF-8, rename the file", shown_name(name));
  const auto bytes = images.map(image);  // of a file only the pages at both ends are read
  if (bytes.size() == 0) fail(ErrorKind::file, "{}: is empty", name);
  const auto opened = open_image(bytes, name);
  // Some cameras omit the end marker, or append data after it.
  if (!is_whole_image(bytes.view())) opened->read(opened->whole());
  result.channels[i] = opened->channels() > 0 ? 3 : opened->bands();
  result.heights[i] = opened->height();
  result.widths[i] = opened->width();
}

/// Says of each good image whose number of channels is not the most frequent one that it is bad.
void find_other_channels(const EncodedImages& images, ImageScan& scan, std::vector<std::string>& why) {
  const auto& channels = scan.channels;
  std::map<int64_t, int64_t> counts;
  for (size_t i = 0; i < channels.size(); ++i) counts[channels[i]] += why[i].empty() ? 1 : 0;
  const auto usual =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  for (size_t i = 0; i < channels.size(); ++i)
    if (why[i].empty() && channels[i] != usual->first) {
      why[i] =
          fmt::format("{}: has {} channels, most of these images have {}", images.names[i], channels[i], usual->first);
      scan.heights[i] = scan.widths[i] = 0;
    }
}

}  // namespace

ImageScan scan_images(const EncodedImages& images, int64_t threads) {
  const auto count = static_cast<size_t>(images.size());
  ImageScan result{std::vector<int64_t>(count), std::vector<int64_t>(count), std::vector<int64_t>(count)};
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
  find_other_channels(images, result, why);
  for (size_t i = 0; i < count; ++i)
    if (!why[i].empty()) result.bad.push_back({static_cast<int64_t>(i), why[i]});
  return result;
}

}  // namespace reszoo
