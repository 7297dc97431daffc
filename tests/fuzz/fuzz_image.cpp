// Passes libFuzzer's bytes to the readers of images. Pixels are read of small images only: memory is as much as the
// header declares. Any exception other than reszoo::Error ends the run.
#include <cstdint>

#include "reszoo/base/error.h"
#include "reszoo/data/decode.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto image = reszoo::open_image(reszoo::Bytes::own({reinterpret_cast<const char*>(data), size}), "f");
    if (image->height() * image->width() * image->bands() > 1 << 20) return 0;
    if (image->channels() > 0) image->read(image->whole());
    image->read_values(image->whole());
  } catch (const reszoo::Error&) {
  }
  return 0;
}
