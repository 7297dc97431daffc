#include "foreign_file.h"

#include <algorithm>
#include <cctype>

#include "byte_stream.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using namespace std::string_view_literals;

/// A kind of file, and how it is told apart.
struct ForeignKind {
  std::string_view start;   ///< its first bytes, after `at` other ones
  std::string_view inside;  ///< text within its first bytes, "" for any
  std::string_view line;    ///< what it is and what to do
  size_t at = 0;
};

constexpr ForeignKind kForeignKinds[] = {
    {"PK\3\4"sv, "xl/", "is an Excel workbook (.xlsx); save the sheet as CSV"},
    {"PK\3\4"sv, "[Content_Types].xml", "is an Office file, probably an Excel workbook (.xlsx); save the sheet as CSV"},
    {"PK\3\4"sv, "opendocument", "is an OpenDocument file; save the sheet as CSV"},
    {"PK\3\4"sv, "data.pkl", "is a file of PyTorch weights, not a table"},
    {"PK\3\4"sv, ".npy", "is a NumPy archive (.npz); write its arrays as Parquet or CSV"},
    {"PK\3\4"sv, "", "is a zip archive; unpack it, and give the file or the folder in it"},
    {"PK\5\6"sv, "", "is an empty zip archive"},
    {"\xd0\xcf\x11\xe0"sv, "", "is an old Excel workbook (.xls) or another Office file; save the sheet as CSV"},
    {"SQLite format 3\0"sv, "",
     "is an SQLite database; write its table as CSV: sqlite3 -header -csv FILE 'select * from TABLE'"},
    {"version https://git-lfs"sv, "", "is a Git LFS pointer, not the file itself; git lfs pull downloads it"},
    {"%PDF"sv, "", "is a PDF document, not a table"},
    {"\x89HDF\r\n"sv, "", "is an HDF5 file; write its table as Parquet or CSV"},
    {"PARE"sv, "", "is an encrypted Parquet file; write it without encryption"},
    {"ORC"sv, "", "is an ORC file; write it as Parquet"},
    {"Obj\1"sv, "", "is an Avro file; write it as Parquet"},
    {"\x93NUMPY"sv, "", "is a NumPy array (.npy); write it as CSV or Parquet with names of its columns"},
    {"\x80\2"sv, "", "is a Python pickle, which is not run; write the table by to_parquet or to_csv"},
    {"\x80\3"sv, "", "is a Python pickle, which is not run; write the table by to_parquet or to_csv"},
    {"\x80\4"sv, "", "is a Python pickle, which is not run; write the table by to_parquet or to_csv"},
    {"\x80\5"sv, "", "is a Python pickle, which is not run; write the table by to_parquet or to_csv"},
    {"{\""sv, "\0"sv, "is a file of weights (safetensors), not a table", 8},
    {"RDX"sv, "", "is an R workspace; write the table by write.csv"},
    {"X\n\0\0"sv, "", "is an R object (.rds); write the table by write.csv"},
    {"\xc2\xea\x81\x60"sv, "", "is a SAS file (.sas7bdat); save it as CSV", 12},
    {"$FL2"sv, "", "is an SPSS file (.sav); save it as CSV"},
    {"<stata_dta>"sv, "", "is a Stata file (.dta); save it as CSV"},
    {"\xfd"
     "7zXZ"sv,
     "", "is compressed by xz; unpack it (xz -d), or compress it by gzip or zstd"},
    {"7z\xbc\xaf"sv, "", "is a 7z archive; unpack it"},
    {"Rar!"sv, "", "is a RAR archive; unpack it"},
    {"BZh"sv, "", "is compressed by bzip2; unpack it (bzip2 -d), or compress it by gzip or zstd"},
    {"\x04\x22\x4d\x18"sv, "", "is compressed by lz4; unpack it (lz4 -d), or compress it by gzip or zstd"},
    {"ustar"sv, "", "is a tar archive; unpack it, and give the folder", 257},
    {"\x7f"
     "ELF"sv,
     "", "is a program, not a table"},
};

/// Returns the start in small letters, without white space before it.
std::string small_letters(std::string_view start) {
  if (start.starts_with("\xef\xbb\xbf")) start.remove_prefix(3);
  start = start.substr(0, 512);
  const auto first = start.find_first_not_of(" \t\r\n");
  std::string text(first == std::string_view::npos ? std::string_view() : start.substr(first));
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string text_kind(std::string_view start) {
  const auto text = small_letters(start);
  if (text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head"))
    return "is a web page, not a table; download the file that the page links to";
  if (text.starts_with("<?xml") || text.starts_with("<!doctype"))
    return text.find("spreadsheet") != std::string::npos ? "is a spreadsheet in XML; save the sheet as CSV"
                                                         : "is an XML file; write its table as CSV";
  const bool comment = text.starts_with('%') && text.find("\n@relation") != std::string::npos;
  if (text.starts_with("@relation") || comment) return "is an ARFF file; write its data as CSV with a header";
  return "";
}

}  // namespace

std::string foreign_kind(std::string_view start) {
  for (const auto& [begins, inside, line, at] : kForeignKinds)
    if (start.size() > at && start.substr(at).starts_with(begins) && start.find(inside) != std::string_view::npos)
      return std::string(line);
  return text_kind(start);
}

void refuse_foreign(std::string_view start, const std::string& subject) {
  if (const auto kind = foreign_kind(start); !kind.empty()) fail(ErrorKind::file, "{}: {}", subject, kind);
}

bool looks_like_rows(std::string_view start) {
  if (!unicode_encoding(start).empty()) return true;
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && std::string_view("\t\n\r\f").find(c) == std::string_view::npos;
  };
  if (std::any_of(start.begin(), start.end(), is_control)) return false;
  const auto first = start.find_first_not_of("\r\n");
  return first != std::string_view::npos && start.find_first_of("\r\n", first) != std::string_view::npos;
}

}  // namespace reszoo
