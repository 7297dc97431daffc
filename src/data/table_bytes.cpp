// Tables as bytes, in Arrow's format for messages.
#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/table.h>

#include "arrow_frame.h"
#include "reszoo/data/table_stream.h"

namespace reszoo {
namespace {

constexpr auto kMessage = "a table in a message";

}  // namespace

std::string bytes_of(const arrow::Table& table) {
  const auto output = value_of(arrow::io::BufferOutputStream::Create(), kMessage);
  const auto writer = value_of(arrow::ipc::MakeStreamWriter(output, table.schema()), kMessage);
  check(writer->WriteTable(table), kMessage);
  check(writer->Close(), kMessage);
  return value_of(output->Finish(), kMessage)->ToString();
}

std::shared_ptr<const arrow::Table> table_of(const std::string& bytes) {
  const auto input = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes));
  const auto reader = value_of(arrow::ipc::RecordBatchStreamReader::Open(input), kMessage);
  return value_of(reader->ToTable(), kMessage);
}

}  // namespace reszoo
