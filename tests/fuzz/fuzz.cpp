// Passes libFuzzer's bytes to one reader, RESZOO_FUZZ_READER, without verifying checksums, which would hide the rest of
// the reader. Any exception other than reszoo::Error ends the run.
#include <cstdint>
#include <sstream>

#include "data/tar.h"
#include "reszoo/base/error.h"
#include "reszoo/data/decode.h"
#include "reszoo/data/table.h"
#include "reszoo/preprocess/column_reading.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/weights/torchscript.h"
#include "weights/numpy_pickle.h"
#include "weights/pickle.h"
#include "weights/shard_index.h"

namespace {

using reszoo::Bytes;
using reszoo::StateDict;

/// Reads both ends of each tensor, so that the sanitizer checks its memory.
void touch(const StateDict& state) {
  for (const auto& item : state) {
    auto last = item.value();
    if (last.numel() == 0) continue;
    while (last.dim() > 0) last = last.select(0, last.size(0) - 1);
    last.clone();
  }
}

[[maybe_unused]] void pth(const Bytes& bytes) { touch(reszoo::read_pth(bytes, "f", {.verify = false})); }
[[maybe_unused]] void numpy_pickle(const Bytes& bytes) { touch(reszoo::read_numpy_pickle(bytes, "f")); }
[[maybe_unused]] void pickle(const Bytes& bytes) { reszoo::read_pickle(bytes.view(), "f"); }
[[maybe_unused]] void torchscript(const Bytes& bytes) {
  touch(reszoo::read_torchscript(bytes, "f", {.verify = false}));
}
[[maybe_unused]] void safetensors(const Bytes& bytes) { touch(reszoo::parse_safetensors(bytes, "f").tensors); }
[[maybe_unused]] void shard_index(const Bytes& bytes) { reszoo::parse_index(bytes.view(), "f"); }
[[maybe_unused]] void model_file(const Bytes& bytes) {
  touch(reszoo::parse_model_file(bytes, "f", {.verify = false}).tensors);
}

[[maybe_unused]] void tar(const Bytes& bytes) { reszoo::read_tar_index(bytes.view(), "f"); }

/// Reads pixels of small images only: memory is as much as the header declares.
[[maybe_unused]] void image(const Bytes& bytes) {
  const auto image = reszoo::open_image(bytes, "f");
  if (image->height() * image->width() * image->bands() > 1 << 20) return;
  if (image->channels() > 0) image->read(image->whole());
  image->read_values(image->whole());
}

/// Reads a table of any format, which the content tells, and the words of its columns as training does.
[[maybe_unused]] void table(const Bytes& bytes) {
  std::istringstream stream{std::string(bytes.view())};
  const auto frame = reszoo::read_table(stream, "f");
  const auto readings = reszoo::learn_readings(frame);
  for (const auto& column : frame.columns) reszoo::read_column(column, readings.at(column.name), frame);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    RESZOO_FUZZ_READER(Bytes::own(std::string(reinterpret_cast<const char*>(data), size)));
  } catch (const reszoo::Error&) {
  }
  return 0;
}
