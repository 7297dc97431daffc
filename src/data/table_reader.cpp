#include <arrow/table.h>

#include <algorithm>

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "reszoo/data/table_stream.h"
#include "table_folder.h"
#include "table_formats.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;
using RowParts = std::function<std::optional<TableRows>()>;

/// Reads the parts of one table.
RowParts rows_of(const std::shared_ptr<TableInput>& input, const TableSelection& selection) {
  return [next = read_parts(input, selection), subject = input->subject()]() -> std::optional<TableRows> {
    const auto part = next();
    if (!part) return std::nullopt;
    TableRows rows{.frame = frame_of(*part->read, subject), .source = subject, .kept = part->kept};
    rows.frame.first_row = part->first_row;
    return rows;
  };
}

/// Reads the parts of the files of a folder; each file must have the columns of the first one.
RowParts rows_of_folder(const fs::path& folder, const TableSelection& selection) {
  struct State {
    std::vector<fs::path> files;
    size_t place = 0;
    RowParts parts = {};
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
      state->parts = rows_of(TableInput::of_file(state->files[state->place++]), selection);
    }
  };
}

}  // namespace

namespace {

/// Throws for a column that is named twice.
std::vector<std::string> checked_keep(std::vector<std::string> keep) {
  for (size_t i = 0; i < keep.size(); ++i)
    if (std::find(keep.begin(), keep.begin() + static_cast<std::ptrdiff_t>(i), keep[i]) !=
        keep.begin() + static_cast<std::ptrdiff_t>(i))
      fail(ErrorKind::usage, "keep: must name each column once, got \"{}\" twice", keep[i]);
  return keep;
}

}  // namespace

class TableReader::Source {
 public:
  Source(std::string name, const TableReadOptions& options, RowParts parts)
      : name_(std::move(name)), notation_(notation_of(options)), parts_(std::move(parts)) {}

  std::optional<TableRows> next() {
    auto rows = parts_();
    if (!rows && !any_) fail(ErrorKind::input, "{}: has a header but no rows", name_);
    any_ = true;
    if (rows) rows->frame.notation = notation_;
    return rows;
  }

 private:
  std::string name_;
  TableNotation notation_;
  RowParts parts_;
  bool any_ = false;
};

TableReader::TableReader(const fs::path& path, TableReadOptions options, std::vector<std::string> keep) {
  const TableSelection selection{.options = std::move(options), .keep = checked_keep(std::move(keep))};
  source_ = std::make_unique<Source>(
      path.string(), selection.options,
      fs::is_directory(path) ? rows_of_folder(path, selection) : rows_of(TableInput::of_file(path), selection));
}

TableReader::TableReader(std::istream& stream, const std::string& name, TableReadOptions options,
                         std::vector<std::string> keep) {
  const TableSelection selection{.options = std::move(options), .keep = checked_keep(std::move(keep))};
  source_ = std::make_unique<Source>(name, selection.options, rows_of(TableInput::of_stream(stream, name), selection));
}

TableReader::~TableReader() = default;
TableReader::TableReader(TableReader&&) noexcept = default;
TableReader& TableReader::operator=(TableReader&&) noexcept = default;

std::optional<TableRows> TableReader::next() { return source_->next(); }

}  // namespace reszoo
