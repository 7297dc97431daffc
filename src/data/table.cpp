#include "reszoo/data/table.h"

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "reszoo/data/table_stream.h"
#include "table_files.h"

namespace reszoo {
namespace {

Frame frame_of_rows(const std::optional<TablePart>& part, const std::string& subject, const TableReadOptions& options) {
  if (part && part->read->num_columns() == 0 && options.columns.empty())
    fail(ErrorKind::input, "{}: is empty, without columns", subject);
  if (!part || part->read->num_rows() == 0) fail(ErrorKind::input, "{}: has a header but no rows", subject);
  auto frame = frame_of(*part->read, subject);
  frame.notation = notation_of(options);
  frame.sources = part->sources;
  return frame;
}

}  // namespace

TableNotation notation_of(const TableReadOptions& options) {
  TableNotation notation{
      .missing = options.missing, .thousands = options.thousands, .date_format = options.date_format};
  if (options.decimal != '.') notation.decimal = options.decimal;
  return notation;
}

Frame read_table(const TablePaths& paths, const TableReadOptions& options) {
  auto joined = read_joined_files(paths, options);
  if (!joined) return frame_of_rows(read_whole_files(paths, options), paths.text(), options);
  joined->notation = notation_of(options);
  return std::move(*joined);
}

Frame read_table(std::istream& stream, const std::string& name, const TableReadOptions& options) {
  auto table = open_table(TableInput::of_stream(stream, name), {.options = options, .whole = true});
  return frame_of_rows(table.next(), name, options);
}

void write_table(const std::filesystem::path& path, const Frame& frame) {
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
