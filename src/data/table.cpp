#include "reszoo/data/table.h"

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "reszoo/data/table_stream.h"
#include "table_folder.h"
#include "table_formats.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

Frame read_whole(const std::shared_ptr<TableInput>& input, const TableReadOptions& options) {
  const auto& subject = input->subject();
  const auto part = read_parts(input, {.options = options, .whole = true})();
  if (part && part->read->num_columns() == 0 && options.columns.empty())
    fail(ErrorKind::input, "{}: is empty, without columns", subject);
  if (!part || part->read->num_rows() == 0) fail(ErrorKind::input, "{}: has a header but no rows", subject);
  return frame_of(*part->read, subject);
}

Frame read_folder(const fs::path& folder, const TableReadOptions& options) {
  std::vector<Frame> tables;
  const auto files = parquet_files(folder);
  for (const auto& file : files) {
    tables.push_back(read_whole(TableInput::of_file(file), options));
    check_same_columns(tables.back(), file.string(), tables.front(), files.front().string());
  }
  return concat(tables);
}

}  // namespace

TableNotation notation_of(const TableReadOptions& options) {
  TableNotation notation{
      .missing = options.missing, .thousands = options.thousands, .date_format = options.date_format};
  if (options.decimal != '.') notation.decimal = options.decimal;
  return notation;
}

Frame read_table(const fs::path& path, const TableReadOptions& options) {
  auto frame = fs::is_directory(path) ? read_folder(path, options) : read_whole(TableInput::of_file(path), options);
  frame.notation = notation_of(options);
  return frame;
}

Frame read_table(std::istream& stream, const std::string& name, const TableReadOptions& options) {
  auto frame = read_whole(TableInput::of_stream(stream, name), options);
  frame.notation = notation_of(options);
  return frame;
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
