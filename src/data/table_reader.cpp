#include <arrow/table.h>

#include <algorithm>

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "reszoo/data/table_stream.h"
#include "table_files.h"

namespace reszoo {
namespace {

TableRows rows_of(const TablePart& part) {
  TableRows rows{.frame = frame_of(*part.read, part.source), .source = part.source, .kept = part.kept};
  rows.frame.first_row = part.first_row;
  return rows;
}

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
  Source(std::string name, const TableReadOptions& options, TableParts parts)
      : name_(std::move(name)), notation_(notation_of(options)), parts_(std::move(parts)) {}

  std::optional<TableRows> next() {
    const auto part = next_part();
    if (!part) return std::nullopt;
    auto rows = rows_of(*part);
    rows.frame.notation = notation_;
    return rows;
  }

  std::optional<TablePart> next_part() {
    auto part = parts_();
    if (!part && !any_) fail(ErrorKind::input, "{}: has a header but no rows", name_);
    any_ = true;
    return part;
  }

 private:
  std::string name_;
  TableNotation notation_;
  TableParts parts_;
  bool any_ = false;
};

TableReader::TableReader(const TablePaths& paths, TableReadOptions options, std::vector<std::string> keep) {
  const TableSelection selection{.options = std::move(options), .keep = checked_keep(std::move(keep))};
  source_ = std::make_unique<Source>(paths.text(), selection.options, read_files(paths, selection));
}

TableReader::TableReader(std::istream& stream, const std::string& name, TableReadOptions options,
                         std::vector<std::string> keep) {
  const TableSelection selection{.options = std::move(options), .keep = checked_keep(std::move(keep))};
  source_ = std::make_unique<Source>(name, selection.options,
                                     open_table(TableInput::of_stream(stream, name), selection).next);
}

TableReader::~TableReader() = default;
TableReader::TableReader(TableReader&&) noexcept = default;
TableReader& TableReader::operator=(TableReader&&) noexcept = default;

std::optional<TableRows> TableReader::next() { return source_->next(); }
bool TableReader::skip() { return source_->next_part().has_value(); }

}  // namespace reszoo
