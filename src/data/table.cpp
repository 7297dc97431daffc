#include "reszoo/data/table.h"

#include <arrow/csv/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>

#include "arrow_frame.h"
#include "reszoo/base/safe_file.h"
#include "reszoo/data/gzip.h"

namespace reszoo {
namespace {

using TablePointer = std::shared_ptr<arrow::Table>;

std::shared_ptr<arrow::io::BufferReader> reader_of(std::string_view bytes) {
  return std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(
      reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int64_t>(bytes.size())));
}

TablePointer read_parquet(std::string_view bytes, const std::string& subject) {
  auto reader = value_of(parquet::arrow::OpenFile(reader_of(bytes), arrow::default_memory_pool()), subject);
  reader->set_use_threads(true);
  return value_of(reader->ReadTable(), subject);
}

TablePointer read_feather(std::string_view bytes, const std::string& subject) {
  auto table =
      value_of(value_of(arrow::ipc::RecordBatchFileReader::Open(reader_of(bytes)), subject)->ToTable(), subject);
  // The reader trusts offsets and dictionary indices; a damaged file's would point anywhere.
  check(table->ValidateFull(), subject);
  return table;
}

/// The delimiter that the header line has most of, outside of quotes.
char delimiter_of(std::string_view bytes) {
  size_t commas = 0, semicolons = 0, tabs = 0;
  bool quoted = false;
  for (const char letter : bytes) {
    if (letter == '"') quoted = !quoted;
    if (quoted) continue;
    if (letter == '\n' || letter == '\r') break;
    commas += letter == ',';
    semicolons += letter == ';';
    tabs += letter == '\t';
  }
  if (tabs > commas && tabs > semicolons) return '\t';
  return semicolons > commas ? ';' : ',';
}

/// The first row whose width is not the header's.
struct Ragged {
  int64_t row = 0;  ///< from 1, the header counted; 0 for none
  int32_t expected = 0, found = 0;
};

arrow::Result<TablePointer> parse_csv(std::string_view bytes, char delimiter, const TableReadOptions& options,
                                      bool threads, Ragged& ragged) {
  auto read = arrow::csv::ReadOptions::Defaults();
  auto parse = arrow::csv::ParseOptions::Defaults();
  auto convert = arrow::csv::ConvertOptions::Defaults();
  read.use_threads = threads;
  parse.delimiter = delimiter;
  // Text with line breaks is legal in quotes, and costs a slower split into blocks.
  parse.newlines_in_values = bytes.find('"') != std::string_view::npos;
  parse.invalid_row_handler = [&ragged, mutex = std::make_shared<std::mutex>()](const arrow::csv::InvalidRow& row) {
    const std::lock_guard lock(*mutex);
    if (ragged.found == 0) ragged = {row.number, row.expected_columns, row.actual_columns};
    return arrow::csv::InvalidRowResult::Error;
  };
  convert.strings_can_be_null = true;
  for (const auto& name : options.text) convert.column_types[name] = arrow::utf8();
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::csv::TableReader::Make(arrow::io::default_io_context(), reader_of(bytes),
                                                                   read, parse, convert));
  return reader->Read();
}

TablePointer read_csv(std::string_view bytes, char delimiter, const TableReadOptions& options,
                      const std::string& subject) {
  if (bytes.find_first_not_of(" \r\n\t") == std::string_view::npos)
    fail(ErrorKind::input, "{}: is empty, without a header line", subject);
  Ragged ragged;
  auto table = parse_csv(bytes, delimiter, options, true, ragged);
  if (table.ok() || ragged.found == 0) return value_of(table, subject);
  // Only one thread can tell the row's number, and which row is the first.
  ragged = {};
  (void)parse_csv(bytes, delimiter, options, false, ragged);
  fail(ErrorKind::input, "{}: row {}: expected {} columns, got {}", subject, ragged.row - 1, ragged.expected,
       ragged.found);
}

Frame read_table_bytes(std::string_view bytes, bool tabs, const std::string& subject, const TableReadOptions& options) {
  try {
    if (bytes.starts_with("PAR1")) return frame_of(*read_parquet(bytes, subject), subject);
    if (bytes.starts_with("ARROW1")) return frame_of(*read_feather(bytes, subject), subject);
    if (bytes.starts_with("FEA1")) fail(ErrorKind::file, "{}: is Feather version 1; write it as version 2", subject);
    return frame_of(*read_csv(bytes, tabs ? '\t' : delimiter_of(bytes), options, subject), subject);
  } catch (const parquet::ParquetException& error) {
    fail(ErrorKind::file, "{}: {}", subject, message_of(error));
  }
}

/// The file's bytes.
std::shared_ptr<arrow::Buffer> serialise(const Frame& frame, bool csv, const std::string& subject) {
  const auto table = arrow_table(frame, subject);
  const auto sink = value_of(arrow::io::BufferOutputStream::Create(), subject);
  check(csv ? arrow::csv::WriteCSV(*table, arrow::csv::WriteOptions::Defaults(), sink.get())
            : parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink),
        subject);
  return value_of(sink->Finish(), subject);
}

}  // namespace

Frame read_table(const std::filesystem::path& path, const TableReadOptions& options) {
  const auto bytes = unzipped(read_file(path), path.string());
  const auto plain = path.extension() == ".gz" ? path.stem() : path;
  return read_table_bytes(bytes, plain.extension() == ".tsv", path.string(), options);
}

Frame read_table(std::istream& stream, const std::string& name, const TableReadOptions& options) {
  std::string bytes(std::istreambuf_iterator<char>(stream), {});
  return read_table_bytes(unzipped(std::move(bytes), name), false, name, options);
}

void write_table(const std::filesystem::path& path, const Frame& frame) {
  const auto subject = path.string();
  const bool csv = path.extension() == ".csv";
  if (!csv && path.extension() != ".parquet")
    fail(ErrorKind::usage, "{}: a table is written as .csv or .parquet", subject);
  write_file(path, serialise(frame, csv, subject)->operator std::string_view());
}

void write_csv(std::ostream& stream, const Frame& frame) {
  const auto bytes = serialise(frame, /*csv=*/true, "output");
  stream << bytes->operator std::string_view();
  if (!stream.flush()) fail(ErrorKind::file, "output: cannot be written");
}

}  // namespace reszoo
