#include <arrow/buffer.h>
#include <arrow/compute/cast.h>
#include <arrow/io/file.h>
#include <arrow/io/memory.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "arrow_frame.h"
#include "csv.h"
#include "reszoo/base/error.h"
#include "reszoo/data/table_stream.h"
#include "table_files.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;
using TablePointer = std::shared_ptr<arrow::Table>;
using Parts = std::function<std::optional<TableRows>()>;

constexpr int64_t most_rows = 65536;
constexpr int64_t csv_bytes = int64_t{8} << 20;

/// What is read and what is handed on.
struct Selection {
  TableReadOptions options;
  Names keep;

  /// The columns of the file to read; none are all.
  Names of_file() const {
    auto names = options.columns;
    if (!names.empty()) names.insert(names.end(), keep.begin(), keep.end());
    return names;
  }
};

/// The columns of these names, in their order, a dictionary as its values.
TablePointer columns_of(const TablePointer& table, const Names& names, const std::string& subject) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  std::vector<std::shared_ptr<arrow::ChunkedArray>> columns;
  for (const auto& name : names) {
    auto column = table->GetColumnByName(name);
    if (column->type()->id() == arrow::Type::DICTIONARY) {
      const auto& type = static_cast<const arrow::DictionaryType&>(*column->type()).value_type();
      column = value_of(arrow::compute::Cast(column, type), subject).chunked_array();
    }
    fields.push_back(arrow::field(name, column->type()));
    columns.push_back(column);
  }
  return arrow::Table::Make(arrow::schema(fields), columns, table->num_rows());
}

/// Parts of a Parquet or Feather file.
Parts parts_of_file(TableFormat format, const std::shared_ptr<arrow::io::RandomAccessFile>& file,
                    const Selection& selection, const std::string& subject) {
  auto next = parts_of(format, file, selection.of_file(), most_rows, subject);
  return [next, selection, subject, row = int64_t{1}]() mutable -> std::optional<TableRows> {
    TablePointer table;
    do table = next();
    while (table && table->num_rows() == 0);
    if (!table) return std::nullopt;
    check_names(table->ColumnNames(), subject);
    TableRows rows{.frame = {}, .source = subject, .kept = nullptr};
    check_there(selection.keep, table->ColumnNames(), subject);
    if (!selection.keep.empty()) rows.kept = columns_of(table, selection.keep, subject);
    const auto& read = selection.options.columns;
    rows.frame = frame_of(read.empty() ? *table : *columns_of(table, read, subject), subject);
    rows.frame.first_row = row;
    row += table->num_rows();
    return rows;
  };
}

/// Parts of a CSV text.
Parts parts_of_csv(const std::shared_ptr<Input>& input, bool tabs, const Selection& selection,
                   const std::string& subject) {
  const auto reader = std::make_shared<CsvReader>(*input, tabs, selection.options, subject);
  check_there(selection.options.columns, reader->names(), subject);
  check_there(selection.keep, reader->names(), subject);
  return [input, reader, selection, subject]() -> std::optional<TableRows> {
    const auto text = reader->next_text(csv_bytes);
    if (text.find_first_not_of("\r\n") == std::string_view::npos) return std::nullopt;
    const auto& options = selection.options;
    TableRows rows{.frame = frame_of(*reader->parse(text, options.columns, options.text), subject),
                   .source = subject,
                   .kept = nullptr};
    rows.frame.first_row = reader->first_row();
    if (!selection.keep.empty())
      rows.kept =
          columns_of(reader->parse(text, selection.keep, selection.keep, /*exact=*/true), selection.keep, subject);
    return rows;
  };
}

/// Parts of one file, opened when the first is asked for.
Parts parts_of_path(const fs::path& path, const Selection& selection) {
  const auto subject = path.string();
  const auto stream = std::make_shared<std::ifstream>(path, std::ios::binary);
  if (!*stream) fail(ErrorKind::file, "{}: cannot be opened ({})", subject, std::strerror(errno));
  std::string start(6, '\0');
  stream->read(start.data(), static_cast<std::streamsize>(start.size()));
  const auto format = format_of(start, subject);
  if (format != TableFormat::csv)
    return parts_of_file(format, value_of(arrow::io::ReadableFile::Open(subject), subject), selection, subject);
  stream->clear();
  stream->seekg(0);
  // The input reads the stream, so the two are held together.
  struct Held {
    std::shared_ptr<std::ifstream> stream;
    Input input;
  };
  const auto held = std::make_shared<Held>(Held{stream, Input(*stream, subject)});
  return parts_of_csv({held, &held->input}, is_tab_separated(path), selection, subject);
}

/// Parts of what is on a stream; all but CSV must be read whole.
Parts parts_of_stream(std::istream& stream, const std::string& name, const Selection& selection) {
  const auto input = std::make_shared<Input>(stream, name);
  const auto format = format_of(input->start(6), name);
  if (format == TableFormat::csv) return parts_of_csv(input, false, selection, name);
  std::string bytes;
  input->append_all(bytes);
  const auto file = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes)));
  return parts_of_file(format, file, selection, name);
}

/// Parts of the files of a folder, each held to the columns of the first.
Parts parts_of_folder(const fs::path& folder, const Selection& selection) {
  struct State {
    std::vector<fs::path> files;
    size_t place = 0;
    Parts parts = {};
    std::optional<TableRows> first = {};
  };
  const auto state = std::make_shared<State>(State{parquet_files(folder)});
  return [state, selection]() -> std::optional<TableRows> {
    for (;;) {
      auto rows = state->parts ? state->parts() : std::nullopt;
      if (rows) {
        if (!state->first) state->first = rows;
        check_same_columns(rows->frame, rows->source, state->first->frame, state->first->source);
        return rows;
      }
      if (state->place == state->files.size()) return std::nullopt;
      state->parts = parts_of_path(state->files[state->place++], selection);
    }
  };
}

}  // namespace

class TableReader::Source {
 public:
  Source(std::string name, Parts parts) : name_(std::move(name)), parts_(std::move(parts)) {}

  std::optional<TableRows> next() {
    auto rows = parts_();
    if (!rows && !any_) fail(ErrorKind::input, "{}: has a header but no rows", name_);
    any_ = true;
    return rows;
  }

 private:
  std::string name_;
  Parts parts_;
  bool any_ = false;
};

TableReader::TableReader(const fs::path& path, TableReadOptions options, Names keep) {
  const Selection selection{std::move(options), std::move(keep)};
  source_ = std::make_unique<Source>(
      path.string(), fs::is_directory(path) ? parts_of_folder(path, selection) : parts_of_path(path, selection));
}

TableReader::TableReader(std::istream& stream, const std::string& name, TableReadOptions options, Names keep)
    : source_(std::make_unique<Source>(name, parts_of_stream(stream, name, {std::move(options), std::move(keep)}))) {}

TableReader::~TableReader() = default;
TableReader::TableReader(TableReader&&) noexcept = default;
TableReader& TableReader::operator=(TableReader&&) noexcept = default;

std::optional<TableRows> TableReader::next() { return source_->next(); }

}  // namespace reszoo
