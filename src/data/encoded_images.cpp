#include "reszoo/data/encoded_images.h"

#include <algorithm>
#include <memory>

#include "reszoo/base/atomic_file.h"
#include "reszoo/data/decode.h"

namespace reszoo {

EncodedImages images_in_files(const std::vector<std::filesystem::path>& paths) {
  EncodedImages images;
  for (const auto& path : paths) images.names.push_back(path.string());
  const auto shared = std::make_shared<const std::vector<std::filesystem::path>>(paths);
  // Read, not mapped, as a mapped file must not be truncated while it is decoded.
  images.read = [shared](int64_t image) { return Bytes::own(read_file((*shared)[static_cast<size_t>(image)])); };
  images.map = [shared](int64_t image) { return Bytes::map((*shared)[static_cast<size_t>(image)]); };
  return images;
}

EncodedImages take_images(const EncodedImages& all, const std::vector<int64_t>& images) {
  EncodedImages taken;
  for (const auto image : images) taken.names.push_back(all.names[static_cast<size_t>(image)]);
  const auto numbers = std::make_shared<const std::vector<int64_t>>(images);
  taken.read = [numbers, read = all.read](int64_t image) { return read((*numbers)[static_cast<size_t>(image)]); };
  taken.map = [numbers, map = all.map](int64_t image) { return map((*numbers)[static_cast<size_t>(image)]); };
  return taken;
}

EncodedImages concat_images(std::vector<EncodedImages> lists) {
  if (lists.size() == 1) return std::move(lists.front());
  EncodedImages all;
  auto ends = std::make_shared<std::vector<int64_t>>();
  for (const auto& list : lists) {
    all.names.insert(all.names.end(), list.names.begin(), list.names.end());
    ends->push_back(all.size());
  }
  const auto shared = std::make_shared<const std::vector<EncodedImages>>(std::move(lists));
  const auto of = [shared, ends](std::function<Bytes(int64_t)> EncodedImages::*function) {
    return [shared, ends, function](int64_t image) {
      const auto list = std::upper_bound(ends->begin(), ends->end(), image) - ends->begin();
      const auto& found = (*shared)[static_cast<size_t>(list)];
      return (found.*function)(image - (*ends)[static_cast<size_t>(list)] + found.size());
    };
  };
  all.read = of(&EncodedImages::read);
  all.map = of(&EncodedImages::map);
  return all;
}

ImageSource open_images(EncodedImages images) {
  const auto shared = std::make_shared<const EncodedImages>(std::move(images));
  return [shared](int64_t image) { return open_image(shared->read(image), shared->names[static_cast<size_t>(image)]); };
}

}  // namespace reszoo
