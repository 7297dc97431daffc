#include "arguments.h"

#include "reszoo/base/error.h"

namespace reszoo::c {

void check_rows(int64_t rows) {
  if (rows < 0) fail(ErrorKind::usage, "rows: must be 0 or more, got {}", rows);
}

std::string checked_name(const reszoo_image& image, int64_t index) {
  const auto name = image.name == nullptr ? fmt::format("image {}", index + 1) : std::string(image.name);
  if (image.data == nullptr) fail(ErrorKind::usage, "{}: its data must not be NULL", name);
  return name;
}

bool is_file(const reszoo_image& image) { return image.height == 0 && image.width == 0; }

ImageView pixels_of(const reszoo_image& image, const std::string& name) {
  const auto stride = image.row_stride == 0 ? image.width * 3 : image.row_stride;
  if (image.height <= 0 || image.width <= 0 || stride < image.width * 3)
    fail(ErrorKind::usage, "{}: {} x {} pixels in rows of {} bytes are no image", name, image.height, image.width,
         stride);
  return {.data = static_cast<const uint8_t*>(image.data),
          .height = image.height,
          .width = image.width,
          .row_stride = stride};
}

}  // namespace reszoo::c
