// Tables in other encodings than UTF-8.
#include "read_text.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/data/detect.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using EncodedWords = std::vector<std::string>;

/// Returns ASCII and letters up to U+00FF in UTF-16.
std::string utf16(const std::string& text, bool little, bool mark) {
  std::string bytes = !mark ? "" : little ? "\xff\xfe" : "\xfe\xff";
  for (const char letter : text)
    for (const char byte : little ? std::string{letter, '\0'} : std::string{'\0', letter}) bytes += byte;
  return bytes;
}

void expect_sizes(const Frame& table) {
  EXPECT_EQ(table.names(), (EncodedWords{"gr\xc3\xb6\xc3\x9f"
                                         "e",
                                         "t"}));
  EXPECT_EQ(texts(table.at("t")), (EncodedWords{"\xc3\xa9t\xc3\xa9", "b"}));
}

const std::string kLatin =
    "gr\xf6\xdf"
    "e,t\n1,\xe9t\xe9\n2,b\n";

}  // namespace

TEST(Encodings, Utf16IsDetected) {
  const TempDir folder;
  for (const bool little : {true, false})
    for (const bool mark : {true, false}) {
      const auto text = utf16("x,t\n1,\xe9t\xe9\n2,b\n", little, mark);
      EXPECT_EQ(texts(read_text(text).at("t")), (EncodedWords{"\xc3\xa9t\xc3\xa9", "b"})) << little << mark;
      write_file(folder / "t.data", text);
      EXPECT_EQ(detect_data(folder / "t.data"), DataKind::table);
      EXPECT_EQ(numbers_of(read_text(utf16("{\"a\": 1}\n{\"a\": 2}\n", little, mark)).at("a")),
                (std::vector<double>{1, 2}));
    }
  expect_sizes(read_text(utf16(kLatin, true, true)));
}

TEST(Encodings, AnEncodingCanBeNamed) {
  for (const auto* name : {"latin1", "latin-1", "ISO-8859-1", "windows-1252", "cp1252"})
    expect_sizes(read_text(kLatin, {.encoding = name}));
  expect_sizes(
      read_text("gr\xc3\xb6\xc3\x9f"
                "e,t\n1,\xc3\xa9t\xc3\xa9\n2,b\n",
                {.encoding = "utf-8"}));
  expect_error_parts(ErrorKind::usage, {"encoding: must be a name that iconv knows", "latn"},
                     [] { read_text(kLatin, {.encoding = "latn"}); });
  expect_error_parts(ErrorKind::file, {"stdin: the byte 0x81 at 4 is not cp1252", "--encoding"},
                     [] { read_text("a,b\n\x81,1\n", {.encoding = "cp1252"}); });
}

TEST(Encodings, WithoutANameTheByteAndTheWayOutAreNamed) {
  expect_error_parts(ErrorKind::input,
                     {"stdin: the header: name 1, \"gr??e\": the byte 0xf6 is not UTF-8", "--encoding"},
                     [] { read_text(kLatin); });
  expect_error_parts(ErrorKind::input, {"stdin: row 2: column \"t\": the byte 0xe9 is not UTF-8", "--encoding"},
                     [] { read_text("x,t\n1,a\n2,\xe9t\xe9\n"); });
  EXPECT_EQ(read_text("x,t\n1,a\n2,\xe9t\xe9\n", {.columns = {"x"}}).rows(), 2);
}

TEST(Encodings, ALongTextIsConverted) {
  std::string text = "x,t\n";
  for (int i = 0; i < 50000; ++i) text += fmt::format("{},\xe9{}\n", i, i % 5);
  const auto table = read_text(text, {.encoding = "latin1"});
  EXPECT_EQ(table.rows(), 50000);
  EXPECT_EQ(table.at("t").words.size(), 5);
  EXPECT_EQ(read_text(utf16(text, true, true)).rows(), 50000);
}
