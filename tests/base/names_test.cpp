// Tables of the names of enum values.
#include "reszoo/base/names.h"

#include <gtest/gtest.h>

#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

enum class Color { red, green, blue };

constexpr Named<Color> kColors[] = {{"red", Color::red}, {"green", Color::green}};

/// A name table with an additional column.
struct Shade {
  std::string_view name;
  Color value;
  int wavelength;
};
constexpr Shade kShades[] = {{"red", Color::red, 700}, {"blue", Color::blue, 450}};

}  // namespace

TEST(Names, AreReadAndPrinted) {
  EXPECT_EQ(parse_name("color", kColors, "green"), Color::green);
  EXPECT_EQ(name_of(kColors, Color::green), "green");
  EXPECT_EQ(find_name(kColors, "red"), Color::red);
  EXPECT_EQ(find_name(kColors, "blue"), std::nullopt);
  EXPECT_EQ(names_of(kColors), (std::vector<std::string>{"red", "green"}));
}

TEST(Names, AnUnknownNameIsAnErrorWithASuggestion) {
  expect_error_parts(ErrorKind::usage, {"color: must be red or green, got \"gren\"; did you mean green?"},
                     [] { parse_name("color", kColors, "gren"); });
  expect_error(ErrorKind::usage, "must be red or green, got the value 2", [] { name_of(kColors, Color::blue); });
}

TEST(Names, ATableMayHaveMoreColumns) {
  EXPECT_EQ(parse_name("shade", kShades, "blue"), Color::blue);
  EXPECT_EQ(row_of(kShades, Color::red).wavelength, 700);
}

TEST(Names, AlternativesReadAsASentence) {
  EXPECT_EQ(alternatives({}), "");
  EXPECT_EQ(alternatives({"a"}), "a");
  EXPECT_EQ(alternatives({"a", "b"}), "a or b");
  EXPECT_EQ(alternatives({"a", "b", "c"}), "a, b or c");
}
