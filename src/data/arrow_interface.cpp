#include "reszoo/data/arrow_interface.h"

#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>

#include "arrow_frame.h"

namespace reszoo {
namespace {

constexpr const char* kSubject = "Arrow table";

/// Of what another library hands over, the data is wrong and not a file.
template <typename T>
T imported(arrow::Result<T> result) {
  if (!result.ok()) fail(ErrorKind::input, "{}: {}", kSubject, result.status().message());
  return std::move(result).ValueUnsafe();
}

std::shared_ptr<arrow::RecordBatch> one_batch(const Frame& frame) {
  return value_of(arrow_table(frame, kSubject)->CombineChunksToBatch(), kSubject);
}

}  // namespace

Frame frame_from_arrow(ArrowSchema* schema, ArrowArray* batch) {
  const auto imported_batch = imported(arrow::ImportRecordBatch(batch, schema));
  return frame_of(*imported(arrow::Table::FromRecordBatches({imported_batch})), kSubject);
}

Frame frame_from_arrow(ArrowArrayStream* stream) {
  const auto reader = imported(arrow::ImportRecordBatchReader(stream));
  return frame_of(*imported(reader->ToTable()), kSubject);
}

void frame_to_arrow(const Frame& frame, ArrowSchema* schema, ArrowArray* batch) {
  check(arrow::ExportRecordBatch(*one_batch(frame), batch, schema), kSubject);
}

void frame_to_arrow(const Frame& frame, ArrowArrayStream* stream) {
  const auto reader = value_of(arrow::RecordBatchReader::Make({one_batch(frame)}), kSubject);
  check(arrow::ExportRecordBatchReader(reader, stream), kSubject);
}

}  // namespace reszoo
