// The drift of columns as a table of a report.
#include "reszoo/report/drift_table.h"

#include "support/support.h"

using namespace reszoo;

TEST(DriftTable, HasARowForEachColumn) {
  const auto table = report_table({{.column = "size", .psi = 0.3, .chance = 0.1, .missing = 0.25},
                                   {.column = "colour", .psi = 0.2, .chance = 0.3, .unseen = 0.125}});
  ASSERT_EQ(table.rows.size(), 2u);
  for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.header.size());
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"size", "0.3000", "0.1000", "much", "25.00", "0.00", "0.00"}));
  EXPECT_EQ(table.rows[1][3], "none");
  EXPECT_EQ(table.rows[1][6], "12.50");
}
