/// Reads and writes tables of any size in parts.
#pragma once
#include <memory>

#include "reszoo/data/table.h"

namespace arrow {
class Table;
}

namespace reszoo {

/// Consecutive rows of a table.
struct TableRows {
  Frame frame;         ///< `first_row` is the index of the first row within the file
  std::string source;  ///< the file name, for messages
  /// The columns that the reader was asked to keep, unchanged from the file.
  std::shared_ptr<const arrow::Table> kept;
};

/// Reads the files that `read_table` reads, in bounded memory.
///
/// The kind of a column is determined for each part separately. If one part of a CSV file looks different, a column may
/// be text in that part and numeric in the others, unless the options declare it as text. TablePreprocess treats both
/// alike. The columns of JSON Lines are the keys of the first part.
class TableReader {
 public:
  /// `keep` names columns to pass through unchanged, whether or not they are read. Numbers in CSV keep their original
  /// text.
  /// Throws: see read_table; Error (input) for a column in `keep` that does not exist.
  explicit TableReader(const TablePaths& paths, TableReadOptions options = {}, std::vector<std::string> keep = {});
  /// Reads from a stream. Parquet and Feather are then held entirely in memory.
  TableReader(std::istream& stream, const std::string& name, TableReadOptions options = {},
              std::vector<std::string> keep = {});
  ~TableReader();
  TableReader(TableReader&&) noexcept;
  TableReader& operator=(TableReader&&) noexcept;

  /// Returns the next rows: at most 16,384 rows of Parquet and Feather, about 8 MiB of CSV or JSON Lines. Returns
  /// nothing at the end.
  /// Throws: see read_table.
  std::optional<TableRows> next();
  /// Passes over the rows that `next` would return; returns whether there are any.
  bool skip();

 private:
  class Source;
  std::unique_ptr<Source> source_;
};

/// Returns a table of Arrow as bytes, to send it to another process, and the table of such bytes.
std::string bytes_of(const arrow::Table& table);
std::shared_ptr<const arrow::Table> table_of(const std::string& bytes);

/// Writes a table in parts. The file appears under its name only when `finish` is called; without that call nothing is
/// left.
class TableWriter {
 public:
  /// Writes CSV or Parquet, according to the file extension (`.csv` or `.parquet`).
  /// Throws: Error (usage) for another extension; Error (file).
  explicit TableWriter(const std::filesystem::path& path);
  /// Writes CSV to a stream, which must outlive the writer.
  explicit TableWriter(std::ostream& stream);
  ~TableWriter();
  TableWriter(TableWriter&&) noexcept;
  TableWriter& operator=(TableWriter&&) noexcept;

  /// Writes rows. Columns that a reader kept come before the others. If LibTorch may use several threads, one of its
  /// own encodes and writes them, while the program goes on.
  /// Throws: Error (usage) if the columns differ from those written first, or if two columns have the same name; Error
  /// (file), also for rows that were written before.
  void write(const Frame& frame, const std::shared_ptr<const arrow::Table>& kept = nullptr);

  /// Completes the table and renames the file to its final name.
  /// Throws: Error (usage) if nothing was written; Error (file).
  void finish();

 private:
  class Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace reszoo
