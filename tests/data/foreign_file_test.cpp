// Files of any name are told apart by content, and those that are no tables are named.
#include <sys/stat.h>
#include <zlib.h>

#include <fstream>
#include <thread>

#include "read_text.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/data/detect.h"
#include "reszoo/data/table_stream.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
using namespace std::string_literals;

TEST(ForeignFile, ATableMayHaveAnyName) {
  const TempDir folder;
  for (const auto* name : {"t.txt", "t.CSV", "t.data", "t", "t.csv.bak"}) {
    write_file(folder / name, "a,b\n1,2\n");
    EXPECT_EQ(detect_data(folder / name), DataKind::table) << name;
    EXPECT_EQ(numbers_of(read_table(folder / name).at("b")), std::vector<double>{2}) << name;
  }
  write_file(folder / "t.TSV", "a,b\tc\n1\t2\n");
  EXPECT_EQ(read_table(folder / "t.TSV").names(), (std::vector<std::string>{"a,b", "c"}));
}

TEST(ForeignFile, SaysWhatItIsAndWhatToDo) {
  const TempDir folder;
  const std::vector<std::pair<std::string, std::vector<std::string>>> files{
      {"PK\3\4....xl/workbook.xml", {"is an Excel workbook", "save the sheet as CSV"}},
      {"PK\3\4....data.csv", {"is a zip archive", "unpack it"}},
      {"\xd0\xcf\x11\xe0....", {"is an old Excel workbook"}},
      {"SQLite format 3\0...."s, {"is an SQLite database", "sqlite3"}},
      {"<!DOCTYPE html>\n<html>", {"is a web page", "download"}},
      {" <html><body>", {"is a web page"}},
      {"<?xml version=\"1.0\"?>\n", {"is an XML file"}},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", {"is a Git LFS pointer", "git lfs pull"}},
      {"%PDF-1.7\n", {"is a PDF document"}},
      {"\x89HDF\r\n\x1a\n", {"is an HDF5 file"}},
      {"\x80\4\x95....", {"is a Python pickle"}},
      {"\x10\0\0\0\0\0\0\0{\"__metadata__\""s, {"is a file of weights"}},
      {"@RELATION iris\n@ATTRIBUTE x REAL\n", {"is an ARFF file"}},
      {"\xfd"
       "7zXZ....",
       {"is compressed by xz"}}};
  for (const auto& [bytes, parts] : files) {
    for (const auto* name : {"t.csv", "t.any"}) {
      write_file(folder / name, bytes);
      EXPECT_EQ(detect_data(folder / name), DataKind::table) << parts[0];
      expect_error_parts(ErrorKind::file, parts, [&] { read_table(folder / name); });
      expect_error_parts(ErrorKind::file, parts, [&] { TableReader(folder / name).next(); });
    }
  }
  write_file(folder / "t.csv", "");
  expect_error(ErrorKind::input, "is empty", [&] { read_table(folder / "t.csv"); });
}

TEST(ForeignFile, GzipMayHaveZerosBehindIt) {
  const TempDir folder;
  auto* file = gzopen((folder / "t.csv.gz").c_str(), "wb");
  gzwrite(file, "a,b\n1,2\n", 8);
  gzclose(file);
  const auto packed = read_file(folder / "t.csv.gz");
  for (const size_t zeros : {1, 511, 100000}) {
    write_file(folder / "t.csv.gz", packed + std::string(zeros, '\0'));
    EXPECT_EQ(numbers_of(read_table(folder / "t.csv.gz").at("b")), std::vector<double>{2}) << zeros;
    write_file(folder / "t.csv.gz", packed + std::string(zeros, '\0') + packed);
    EXPECT_EQ(read_table(folder / "t.csv.gz").rows(), 3);
  }
  write_file(folder / "t.csv.gz", packed + "rubbish");
  expect_error(ErrorKind::file, "compressed data is damaged", [&] { read_table(folder / "t.csv.gz"); });
}

TEST(ForeignFile, APipeIsReadAfterItWasDetected) {
  const TempDir folder;
  const auto path = folder / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(path) << "a,b\n1,2\n3,4\n"; });
  EXPECT_EQ(detect_data(path), DataKind::table);
  EXPECT_EQ(detect_data(path), DataKind::table);
  EXPECT_EQ(numbers_of(read_table(path).at("b")), (std::vector<double>{2, 4}));
  writer.join();
  expect_error(ErrorKind::file, "is a pipe, which can be read once", [&] { read_table(path); });
}
