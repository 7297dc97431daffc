// Converts the images of IDX files to PNG files in one folder per class. idx_to_folder FOLDER_OF_IDX_FILES OUT IMAGES
#include <fmt/format.h>

#include "reszoo/base/atomic_file.h"
#include "reszoo/data/encode.h"
#include "reszoo/data/idx.h"
#include "reszoo/preprocess/lazy_image.h"

using namespace reszoo;

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto set = read_idx_folder(argv[1]).train;
  const int64_t count = std::min<int64_t>(std::stoll(argv[3]), set.labels.size(0));
  for (int64_t i = 0; i < count; ++i) {
    const auto image = set.images[i][0].contiguous();
    const auto pixels = InMemoryImage(image.const_data_ptr<uint8_t>(), image.size(0), image.size(1), 1);
    const auto folder = std::filesystem::path(argv[2]) / std::to_string(set.labels[i].item<int64_t>());
    std::filesystem::create_directories(folder);
    write_file(folder / fmt::format("{:05}.png", i), encode_png(pixels.read(pixels.whole())));
  }
  fmt::print("{} images in {}\n", count, argv[2]);
}
