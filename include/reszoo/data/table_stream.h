/// Tables of any size, a part at a time.
#pragma once
#include <memory>

#include "reszoo/data/table.h"

namespace arrow {
class Table;
}

namespace reszoo {

/// Some rows of a table, one behind the other.
struct TableRows {
  Frame frame;         ///< its `first_row` counts on within the file
  std::string source;  ///< the file, for messages
  /// The columns that the reader keeps, as they stand in the file.
  std::shared_ptr<const arrow::Table> kept;
};

/// Reads what `read_table` reads, in bounded memory.
///
/// A column's kind is found in each part anew: where a part of CSV looks
/// different from the others, it may be text there and numbers elsewhere, unless
/// the options say that it is text. TablePreprocess makes the same of both. The columns of
/// JSON Lines are the keys of the first part.
class TableReader {
 public:
  /// `keep`: columns to hand on, read or not. Numbers in CSV keep their text.
  /// Throws: see read_table; Error (input) for a column to keep that is not there.
  explicit TableReader(const std::filesystem::path& path, TableReadOptions options = {},
                       std::vector<std::string> keep = {});
  /// The same of a stream; Parquet and Feather are then held in memory whole.
  TableReader(std::istream& stream, const std::string& name, TableReadOptions options = {},
              std::vector<std::string> keep = {});
  ~TableReader();
  TableReader(TableReader&&) noexcept;
  TableReader& operator=(TableReader&&) noexcept;

  /// The next rows, at most 65,536 of Parquet and Feather, about 8 MiB of CSV or JSON Lines;
  /// nothing at the end.
  /// Throws: see read_table.
  std::optional<TableRows> next();

 private:
  class Source;
  std::unique_ptr<Source> source_;
};

/// Writes a table part by part. A file takes its place when it is finished, and
/// is gone when it is not.
class TableWriter {
 public:
  /// Writes `.csv` or `.parquet`, as the path ends.
  /// Throws: Error (usage) for another ending; Error (file).
  explicit TableWriter(const std::filesystem::path& path);
  /// Writes CSV to a stream, which must live as long.
  explicit TableWriter(std::ostream& stream);
  ~TableWriter();
  TableWriter(TableWriter&&) noexcept;
  TableWriter& operator=(TableWriter&&) noexcept;

  /// Writes rows; columns that a reader kept come before the others.
  /// Throws: Error (usage) for other columns than those written first, or two of
  /// one name; Error (file).
  void write(const Frame& frame, const std::shared_ptr<const arrow::Table>& kept = nullptr);

  /// Ends the table and puts the file in its place.
  /// Throws: Error (usage) when nothing was written; Error (file).
  void finish();

 private:
  class Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace reszoo
