#include "reszoo/data/table.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>

#include <fstream>
#include <iterator>

#include "arrow_frame.h"
#include "csv.h"
#include "reszoo/base/error.h"
#include "reszoo/base/safe_file.h"
#include "reszoo/data/compressed.h"
#include "reszoo/data/table_stream.h"
#include "table_files.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<arrow::Table> read_csv(std::string_view bytes, bool tabs, const TableReadOptions& options,
                                       const std::string& subject) {
  Input input(bytes, subject);
  CsvReader reader(input, tabs, options, subject);
  const auto rows = reader.next_text(0);
  if (rows.find_first_not_of("\r\n") == std::string_view::npos)
    fail(ErrorKind::input, "{}: has a header but no rows", subject);
  return reader.parse(rows, options.columns, options.text);
}

Frame read_bytes(std::string_view bytes, bool tabs, const std::string& subject, const TableReadOptions& options) {
  const auto format = format_of(bytes, subject);
  const auto table =
      format == TableFormat::csv
          ? read_csv(bytes, tabs, options, subject)
          : whole_of(format, std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(bytes)),
                     options.columns, subject);
  if (table->num_columns() == 0 && options.columns.empty())
    fail(ErrorKind::input, "{}: is empty, without columns", subject);
  if (table->num_rows() == 0) fail(ErrorKind::input, "{}: has a header but no rows", subject);
  return frame_of(*table, subject);
}

Frame read_folder(const fs::path& folder, const TableReadOptions& options) {
  std::vector<Frame> tables;
  const auto files = parquet_files(folder);
  for (const auto& file : files) {
    tables.push_back(read_bytes(read_file(file), false, file.string(), options));
    check_same_columns(tables.back(), file.string(), tables.front(), files.front().string());
  }
  return joined(tables);
}

}  // namespace

Frame read_table(const fs::path& path, const TableReadOptions& options) {
  if (fs::is_directory(path)) return read_folder(path, options);
  const auto bytes = decompressed(read_file(path), path.string());
  return read_bytes(bytes, is_tab_separated(path), path.string(), options);
}

Frame read_table(std::istream& stream, const std::string& name, const TableReadOptions& options) {
  std::string bytes(std::istreambuf_iterator<char>(stream), {});
  return read_bytes(decompressed(std::move(bytes), name), false, name, options);
}

void write_table(const fs::path& path, const Frame& frame) {
  TableWriter writer(path);
  writer.write(frame);
  writer.finish();
}

void write_csv(std::ostream& stream, const Frame& frame) {
  TableWriter writer(stream);
  writer.write(frame);
  writer.finish();
}

}  // namespace reszoo
