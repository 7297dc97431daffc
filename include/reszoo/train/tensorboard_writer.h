/// Writes TensorBoard event files.
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "reszoo/train/train_state.h"

namespace reszoo {

/// Appends scalars to an event file, `events.out.tfevents.*`. TensorBoard shows them as they arrive.
///
/// A record consists of its length (8 bytes), a checksum of the length (4), the payload, and a checksum of the payload
/// (4). The payload is an `Event` message of protocol buffers: time, step, and a tag with a value.
/// Source: the TFRecord format of TensorFlow; tensorboard/compat/proto/{event,summary}.proto.
class TensorBoardWriter {
 public:
  /// Creates a new file in `folder` and removes the event files of earlier runs there, so that a resumed run, which
  /// writes its whole history again, has one curve.
  /// Throws: Error (file).
  explicit TensorBoardWriter(const std::filesystem::path& folder);

  /// Appends a scalar.
  /// Throws: Error (file) if it cannot be written.
  void add(std::string_view tag, int64_t step, double value);

  /// Appends the values of an epoch: `train/loss`, `train/lr`, `train/items_per_second`, `val/<metric>`.
  void add(const EpochRecord& record);

 private:
  void write(std::string_view event);

  std::filesystem::path path_;
  std::ofstream stream_;
};

}  // namespace reszoo
