// JSON Lines as a table format: src/data/json_lines.cpp.
#include <zlib.h>

#include <cmath>
#include <sstream>

#include "read_text.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/data/detect.h"
#include "reszoo/data/table.h"
#include "reszoo/data/table_stream.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using Words = std::vector<std::string>;

void expect_refused(const std::string& text, const std::vector<std::string>& parts) {
  expect_error_parts(ErrorKind::input, parts, [&] { read_text(text); });
}

/// Lines {"key": "00i", "x": i, ...}; every fifth line lacks x.
std::string many_lines(int64_t rows) {
  std::string text;
  for (int64_t i = 0; i < rows; ++i)
    text += i % 5 == 0 ? fmt::format("{{\"key\": \"00{}\"}}\n", i)
                       : fmt::format("{{\"key\": \"00{}\", \"x\": {}, \"when\": \"2024-01-02\"}}\n", i, i);
  return text;
}

}  // namespace

TEST(JsonLines, AreNumbersTextDatesAndMissingValues) {
  const auto table = read_text(
      "{\"x\": 1, \"t\": \"a, \\\"b\\\"\", \"ok\": true, \"when\": \"2024-02-29\"}\n\n"
      "{\"t\": \"\", \"x\": null, \"when\": \"2024-03-01 12:00:00\"}\r\n"
      "{\"x\": 2.5, \"ok\": false, \"t\": \"\\u00e9\"}");
  EXPECT_EQ(table.names(), (Words{"x", "t", "ok", "when"}));
  EXPECT_EQ(table.rows(), 3);
  EXPECT_EQ(table.at("x").numbers[0].item<double>(), 1);
  EXPECT_TRUE(std::isnan(table.at("x").numbers[1].item<double>()));
  EXPECT_EQ(texts(table.at("t")), (Words{"a, \"b\"", "-", "é"}));
  EXPECT_EQ(texts(table.at("ok")), (Words{"true", "-", "false"}));
  EXPECT_TRUE(table.at("when").date);
  EXPECT_EQ(table.at("when").numbers[1].item<double>(), 19783.5);
}

TEST(JsonLines, ColumnsAreSelectedAndReadAsText) {
  const std::string text =
      "{\"zip\": 1234, \"when\": \"2024-02-29\", \"rest\": [1]}\n{\"zip\": 99, \"when\": \"2024-03-01\"}\n";
  const auto table = read_text(text, {.text = {"zip", "when"}, .columns = {"when", "zip"}});
  EXPECT_EQ(table.names(), (Words{"when", "zip"}));
  EXPECT_EQ(texts(table.at("zip")), (Words{"1234", "99"}));
  EXPECT_EQ(texts(table.at("when")), (Words{"2024-02-29", "2024-03-01"}));
  expect_error_parts(ErrorKind::input, {"stdin", "no column \"zap\"", "did you mean zip?"},
                     [&] { read_text(text, {.columns = {"zap"}}); });
}

TEST(JsonLines, WhatIsNoRowIsRefusedByItsNumber) {
  expect_refused("{\"a\": 1}\n{\"a\": [1]}\n", {"stdin: row 2: column \"a\" must hold numbers or text, got a list"});
  expect_refused("{\"b\": 1}\n{}\n{\"a\": {\"c\": 1}}\n", {"row 3: column \"a\"", "got an object"});
  expect_refused("{\"a\": 1}\n{\"a\": 2,\n", {"stdin: row 2: the object does not end"});
  expect_refused("{\"a\": 1}\n{\"a\": 2,}\n", {"stdin: row 2: is no JSON at byte 9"});
  expect_refused("{\"a\": 1}\n5\n", {"stdin: row 2: must be an object, got 5"});
  expect_refused("[{\"a\": 1}]\n{\"a\": 1}", {"stdin: row 2: follows the end of the array"});
  expect_refused("{\"a\": 1e999}\n", {"stdin: row 1: a number is too large: 1e999"});
  expect_refused("{\"a\": 1, \"a\": 2}\n", {"row 1: column \"a\" occurs twice"});
  expect_refused("{}\n{}\n", {"stdin: is empty, without columns"});
  expect_refused("{\"a\": 1}\n{\"a\": \"\xff\"}\n", {"stdin: row 2: text must be UTF-8", "--encoding"});
}

TEST(JsonLines, ObjectsMayBeInAnArrayOrOnSeveralLines) {
  const std::string array = "[\n  {\"a\": 1, \"b\": \"x]\\\"}\"},\n  {\"b\": \"y\", \"a\": 2}\n]\n";
  for (const auto& text : {array, array.substr(1, array.size() - 3)}) {
    const auto table = read_text(text);
    EXPECT_EQ(numbers_of(table.at("a")), (std::vector<double>{1, 2}));
    EXPECT_EQ(texts(table.at("b")), (Words{"x]\"}", "y"}));
  }
}

TEST(JsonLines, OneWordMakesAColumnTextAndLongIntegersKeepTheirDigits) {
  const auto table = read_text(
      "{\"x\": 1.5, \"id\": 123456789012345678901, \"f\": 1, \"b\": true}\n"
      "{\"x\": \"n.a.\", \"id\": 18446744073709551615, \"f\": 2.5, \"b\": \"unknown\"}\n");
  EXPECT_EQ(texts(table.at("x")), (Words{"1.5", "n.a."}));
  EXPECT_EQ(texts(table.at("id")), (Words{"123456789012345678901", "18446744073709551615"}));
  EXPECT_EQ(numbers_of(table.at("f")), (std::vector<double>{1, 2.5}));
  EXPECT_EQ(texts(table.at("b")), (Words{"true", "unknown"}));
}

TEST(JsonLines, PythonsNanAndInfinityAreMissing) {
  const auto table = read_text("{\"x\": NaN, \"t\": \"NaN\"}\n{\"x\": -Infinity}\n{\"x\": Infinity}\n{\"x\": 2}\n");
  EXPECT_EQ(table.at("x").missing().sum().item<int64_t>(), 3);
  EXPECT_EQ(texts(table.at("t")), (Words{"NaN", "-", "-", "-"}));
}

TEST(JsonLines, WhatNobodyReadsMayBeAnything) {
  const std::string text =
      "{\"a\": 1, \"rest\": [1, {\"a\": 5}]}\n{\"rest\": \"x\", \"a\": 2}\n{\"rest\": {\"a\": 7}}\n";
  for (const TableReadOptions& options : {TableReadOptions{.columns = {"a"}}, TableReadOptions{.ignore = {"rest"}}}) {
    const auto table = read_text(text, options);
    EXPECT_EQ(table.names(), Words{"a"});
    EXPECT_EQ(table.at("a").numbers.nansum().item<double>(), 3);
  }
}

TEST(JsonLines, AreRecognisedByContentCompressedToo) {
  const TempDir folder;
  const std::string text = "{\"a\": 1}\n{\"a\": 2}\n";
  for (const auto* name : {"a.jsonl", "b.txt"}) write_file(folder / name, text);
  const auto packed = (folder / "c.jsonl.gz").string();
  auto* file = gzopen(packed.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  for (const auto* name : {"a.jsonl", "b.txt", "c.jsonl.gz"}) {
    EXPECT_EQ(detect_data(folder / name), DataKind::table) << name;
    EXPECT_EQ(read_table(folder / name).rows(), 2) << name;
  }
}

TEST(JsonLines, PartsHaveTheColumnsOfTheFirstAndKeepTextAsItIs) {
  const TempDir folder;
  const int64_t rows = 300000;  // more than one part
  write_file(folder / "t.jsonl", many_lines(rows));
  TableReader reader(folder / "t.jsonl", {.columns = {"x", "when"}}, {"key", "when"});
  TableWriter writer(folder / "kept.csv");
  int64_t row = 1, parts = 0;
  double sum = 0;
  while (const auto part = reader.next()) {
    EXPECT_EQ(part->frame.first_row, row);
    EXPECT_EQ(part->frame.names(), (Words{"x", "when"}));
    EXPECT_TRUE(part->frame.at("when").date);
    sum += part->frame.at("x").numbers.nansum().item<double>();
    writer.write({{Column::of_numbers("y", std::vector<double>(static_cast<size_t>(part->frame.rows()), 1))}},
                 part->kept);
    row += part->frame.rows();
    ++parts;
  }
  writer.finish();
  EXPECT_EQ(row, rows + 1);
  EXPECT_GT(parts, 1);
  EXPECT_EQ(sum, 2.0 * rows * rows / 5);
  const auto kept = read_file(folder / "kept.csv");
  EXPECT_NE(kept.find("\"007\",\"2024-01-02\",1"), std::string::npos) << kept.substr(0, 200);
}

TEST(JsonLines, AKeyThatAppearsLateIsNamed) {
  const TempDir folder;
  write_file(folder / "t.jsonl", many_lines(300000) + "{\"late\": 1}\n");
  TableReader reader(folder / "t.jsonl");
  expect_error_parts(ErrorKind::input, {"t.jsonl: column \"late\" appears after row "}, [&] {
    while (reader.next()) continue;
  });
}
