// evaluate says how the rows differ from those of training.
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(DriftTool, EvaluateTellsWhatHasDrifted) {
  const Goods goods("price", 300);
  goods.trained();
  const Words evaluate{"evaluate", "--weights", goods.model(), "--json", "--data"};
  const auto same = expect_success(evaluate + Words{goods.at("data.csv")});
  EXPECT_EQ(same.err.find("drift"), std::string::npos) << same.err;
  for (const auto* column : {"size", "age", "colour"}) EXPECT_EQ(same.json()["drift"][column]["level"], "none");
  auto table = goods.table;
  for (size_t i = 0; i < table.rows.size(); ++i) {
    table.rows[i][table.place("colour")] = i % 2 == 0 ? "violet" : "red";
    if (i % 2 == 0) table.rows[i][table.place("size")] = "9.5";
  }
  write_file(goods.folder / "new.csv", table.csv(kInputs + Words{"price"}));
  const auto other = expect_success(evaluate + Words{goods.at("new.csv"), "--report", goods.at("report.html")});
  const auto drift = other.json()["drift"];
  EXPECT_EQ(drift["size"]["level"], "much");
  EXPECT_GT(drift["size"]["psi"], 0.25);
  EXPECT_EQ(drift["colour"]["unseen"], 0.5);
  EXPECT_EQ(drift["age"]["level"], "none");
  for (const auto* part : {"drift from the training rows: much in column \"", "50.0 % unseen words"})
    EXPECT_NE(other.err.find(part), std::string::npos) << part << "\n" << other.err;
  EXPECT_NE(read_file(goods.at("report.html")).find("Drift from the training rows"), std::string::npos);
}

TEST(DriftTool, AnOlderModelFileHasNoDistributions) {
  const auto old = std::filesystem::path(RESZOO_FIXTURES) / "../../compatibility/32c92bd";
  const auto run = expect_success({"evaluate", "--weights", (old / "table.safetensors").string(), "--data",
                                   (old / "table.csv").string(), "--json"});
  EXPECT_NE(run.err.find("drift is not measured"), std::string::npos) << run.err;
  EXPECT_FALSE(run.json().contains("drift"));
}
