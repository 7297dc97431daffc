/// Writes the file that TensorBoard reads.
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "reszoo/train/train_state.h"

namespace reszoo {

/// Appends numbers to an event file, `events.out.tfevents.*`, which TensorBoard shows as they arrive.
///
/// A record is its length (8 bytes), a checksum of that (4), the bytes, a checksum of these (4); the
/// bytes are an `Event` message of protocol buffers: time, step, and a tag with a number.
/// Source: the TFRecord format of TensorFlow; tensorboard/compat/proto/{event,summary}.proto.
class TensorBoardWriter {
 public:
  /// Begins a new file in `folder`; those of earlier runs there are removed, so a resumed run that
  /// writes its history anew has one curve. Throws: Error (file).
  explicit TensorBoardWriter(const std::filesystem::path& folder);

  /// Throws: Error (file) if it cannot be written.
  void add(std::string_view tag, int64_t step, double value);

  /// The numbers of an epoch: `train/loss`, `train/lr`, `train/items_per_second`, `val/<metric>`.
  void add(const EpochRecord& record);

 private:
  void write(std::string_view event);

  std::filesystem::path path_;
  std::ofstream stream_;
};

}  // namespace reszoo
