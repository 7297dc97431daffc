// Rows in messages about a table from several files.
#include "reszoo/base/atomic_file.h"
#include "reszoo/recipes/table_data.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(LocatedRows, ARowIsNamedWithItsFile) {
  const TempDir folder;
  std::string rows;
  for (int i = 0; i < 30; ++i) rows += fmt::format("{},{}\n", i * 7 % 30, i);
  write_file(folder / "a.csv", "x,y\n" + rows);
  write_file(folder / "b.csv", "y,x\n1,2\n,5\n");
  const TableDataOptions options{.target = {"y"}};
  expect_error_parts(ErrorKind::input, {folder.path().string() + ": ", "row 2 of " + (folder / "b.csv").string()},
                     [&] { read_table_data(folder.path(), options); });
  write_file(folder / "b.csv", "y,x\n1,2\n3,5\n");
  EXPECT_EQ(read_training_table(folder.path(), options).frame.rows(), 32);
  EXPECT_EQ(read_training_table(folder / "*.csv", options).frame.rows(), 32);
  EXPECT_EQ(read_training_table(std::vector{folder / "b.csv", folder / "a.csv"}, options).frame.rows(), 32);
}
