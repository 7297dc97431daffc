/// Reads and writes tables of any size, part by part.
#pragma once
#include <memory>

#include "reszoo/data/table.h"

namespace arrow {
class Table;
}

namespace reszoo {

/// Consecutive rows of a table.
struct TableRows {
  Frame frame;         ///< `first_row` is the number of the first row within the file
  std::string source;  ///< the file, for messages
  /// The columns that the reader was asked to keep, as they are in the file.
  std::shared_ptr<const arrow::Table> kept;
};

/// Reads the files that `read_table` reads, in bounded memory.
///
/// A column's kind is found in each part anew: where a part of CSV looks
/// different from the others, it may be text there and numbers elsewhere, unless
/// the options say that it is text. TablePreprocess makes the same of both. The columns of
/// JSON Lines are the keys of the first part.
class TableReader {
 public:
  /// `keep` names columns to hand on unchanged, whether or not they are read. Numbers in CSV keep their text.
  /// Throws: see read_table; Error (input) for a column to keep that does not exist.
  explicit TableReader(const std::filesystem::path& path, TableReadOptions options = {},
                       std::vector<std::string> keep = {});
  /// The same of a stream; Parquet and Feather are then held in memory whole.
  TableReader(std::istream& stream, const std::string& name, TableReadOptions options = {},
              std::vector<std::string> keep = {});
  ~TableReader();
  TableReader(TableReader&&) noexcept;
  TableReader& operator=(TableReader&&) noexcept;

  /// Returns the next rows, at most 65,536 of Parquet and Feather, about 8 MiB of CSV or JSON Lines;
  /// nothing at the end.
  /// Throws: see read_table.
  std::optional<TableRows> next();

 private:
  class Source;
  std::unique_ptr<Source> source_;
};

/// Writes a table part by part. A file appears under its name only when `finish` is called; otherwise nothing is left.
class TableWriter {
 public:
  /// Writes CSV or Parquet, by the extension of the path: `.csv` or `.parquet`.
  /// Throws: Error (usage) for another extension; Error (file).
  explicit TableWriter(const std::filesystem::path& path);
  /// Writes CSV to a stream, which must outlive the writer.
  explicit TableWriter(std::ostream& stream);
  ~TableWriter();
  TableWriter(TableWriter&&) noexcept;
  TableWriter& operator=(TableWriter&&) noexcept;

  /// Writes rows; columns that a reader kept come before the others.
  /// Throws: Error (usage) for other columns than those written first, or two columns of one name; Error (file).
  void write(const Frame& frame, const std::shared_ptr<const arrow::Table>& kept = nullptr);

  /// Ends the table and gives the file its name.
  /// Throws: Error (usage) if nothing was written; Error (file).
  void finish();

 private:
  class Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace reszoo
