// Corrupted and malicious tables of every format and in other encodings, and folders of them.
#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>
#include <torch/types.h>

#include <sstream>

#include "hostile/mutate.h"
#include "hostile/withstand.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/text.h"
#include "reszoo/data/compressed.h"
#include "reszoo/data/table_stream.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
using namespace std::string_literals;

namespace {

StateDict state_of_frame(const Frame& frame) {
  StateDict state("column");
  for (const auto& column : frame.columns) {
    EXPECT_TRUE(is_utf8(column.name));
    for (const auto& word : column.words) EXPECT_TRUE(is_utf8(word));
    if (!state.contains(column.name))
      state.insert(column.name, column.kind == Column::Kind::number ? column.numbers : column.codes);
  }
  return state;
}

/// Reads a table as a whole, or in parts with a column that is kept. Whatever is wrong with its values counts as a
/// damaged file.
template <typename Read>
StateDict read_damaged(const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    fail(ErrorKind::file, "{}", error.what());
  }
}

StateDict read_mutated_table(const std::string& bytes, bool whole) {
  return read_damaged([&] {
    std::istringstream stream(bytes);
    if (whole) return state_of_frame(read_table(stream, "f"));
    StateDict state("column");
    TableReader reader(stream, "f", {}, {"x"});
    while (const auto rows = reader.next()) state = state_of_frame(rows->frame);
    return state;
  });
}

Mutant damage_table(const std::string& file, Random& random) { return {damage(file, random)}; }

/// Damages text where it matters: by delimiters, quotes, brackets, line breaks and the bytes of other encodings.
Mutant damage_text(std::string text, Random& random) {
  if (random.below(3) == 0) return {damage(text, random)};
  static const std::vector<std::string> pieces{",",
                                               ";",
                                               "\"",
                                               "\"\"",
                                               "\n",
                                               "\r",
                                               "\r\n",
                                               "{",
                                               "}",
                                               "[",
                                               "]",
                                               ":",
                                               "\\",
                                               "\\u00",
                                               "\0"s,
                                               "\xff",
                                               "\xef\xbb\xbf",
                                               "\xff\xfe",
                                               "NaN",
                                               "-Infinity",
                                               "1e999",
                                               "007",
                                               "12345678901234567890123",
                                               "sep=;\n",
                                               " ",
                                               "\t",
                                               "null"};
  for (size_t i = 1 + random.below(4); i > 0; --i) {
    const auto& piece = pieces[random.below(pieces.size())];
    const auto place = random.below(text.size() + 1);
    if (random.below(2) == 0) text.insert(place, piece);
    else text.replace(place, std::min(piece.size(), text.size() - place), piece);
  }
  return {text};
}

std::string csv_text(const std::string& delimiter) {
  std::string text = "x" + delimiter + "t" + delimiter + "when\n";
  for (int i = 0; i < 40; ++i)
    text += fmt::format("{}{}{}{}2024-01-{:02}\n", 0.5 * i, delimiter, i % 3 == 0 ? "\"a\"\"b\nc\"" : "w", delimiter,
                        1 + i % 28);
  return text;
}

std::string json_text(bool array) {
  std::string text = array ? "[" : "";
  for (int i = 0; i < 30; ++i)
    text += fmt::format("{{\"x\": {}, \"t\": \"w\\u00e9{}\", \"ok\": {}, \"id\": 123456789012345678{}}}{}", 0.5 * i,
                        i % 3, i % 2 == 0, i, array ? ",\n" : "\n");
  if (array) text.replace(text.size() - 2, 2, "]");
  return text;
}

/// The table in Arrow's stream format, or in its file format.
std::string arrow_bytes(bool stream) {
  arrow::DoubleBuilder x;
  arrow::StringDictionaryBuilder t;
  arrow::BinaryBuilder b;
  for (int i = 0; i < 40; ++i)
    EXPECT_TRUE(x.Append(i).ok() && (i % 5 == 0 ? t.AppendNull() : t.Append(i % 3 == 0 ? "u" : "vw")).ok() &&
                b.Append("text").ok());
  const std::vector<std::shared_ptr<arrow::Array>> arrays{x.Finish().ValueOrDie(), t.Finish().ValueOrDie(),
                                                          b.Finish().ValueOrDie()};
  const auto table =
      arrow::Table::Make(arrow::schema({arrow::field("x", arrays[0]->type()), arrow::field("t", arrays[1]->type()),
                                        arrow::field("b", arrays[2]->type())}),
                         arrays);
  const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  const auto writer =
      (stream ? arrow::ipc::MakeStreamWriter(sink, table->schema()) : arrow::ipc::MakeFileWriter(sink, table->schema()))
          .ValueOrDie();
  EXPECT_TRUE(writer->WriteTable(*table, 25).ok() && writer->Close().ok());
  return sink->Finish().ValueOrDie()->ToString();
}

std::string parquet_bytes() {
  const TempDir folder;
  write_table(folder / "t.parquet",
              {{Column::of_numbers("x", {0.5, 1, 2, 4}), Column::of_text("t", {"a", "b", "", "a"})}});
  return read_file(folder / "t.parquet");
}

std::string as_utf16(const std::string& text) {
  std::string bytes = "\xff\xfe";
  for (const char letter : text) bytes += {letter, '\0'};
  return bytes;
}

}  // namespace

TEST(Hostile, Csv) {
  expect_withstands({read_mutated_table, damage_text}, {csv_text(","), csv_text(", "), csv_text(";")});
}
TEST(Hostile, JsonLines) { expect_withstands({read_mutated_table, damage_text}, {json_text(false), json_text(true)}); }
TEST(Hostile, Arrow) { expect_withstands({read_mutated_table, damage_table}, {arrow_bytes(true), arrow_bytes(false)}); }
TEST(Hostile, Parquet) { expect_withstands({read_mutated_table, damage_table}, {parquet_bytes()}); }

TEST(Hostile, Encodings) {
  const auto read = [](const std::string& bytes, bool named) {
    return read_damaged([&] {
      std::istringstream stream(bytes);
      return state_of_frame(read_table(stream, "f", {.encoding = named ? "utf-16" : ""}));
    });
  };
  expect_withstands({read, damage_table}, {as_utf16(csv_text(",")), as_utf16(json_text(false))});
}

TEST(Hostile, FoldersOfTables) {
  const TempDir folder;
  std::filesystem::create_directories(folder / "a=1");
  write_file(folder / "a=1/first.csv", csv_text(","));
  const auto read = [&](const std::string& bytes, bool) {
    write_file(folder / "a=1/second.csv", bytes);
    return read_damaged([&] { return state_of_frame(read_table(folder.path())); });
  };
  expect_withstands({read, damage_text}, {csv_text(",")});
}
