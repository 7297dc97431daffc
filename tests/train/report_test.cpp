// The page of a run.
#include "reszoo/base/safe_file.h"
#include "reszoo/train/report.h"

#include <cmath>

#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::string page(const ReportData& data) {
  const TempDir folder;
  write_report(folder / "report.html", data);
  return read_file(folder / "report.html");
}

std::vector<EpochRecord> history() {
  std::vector<EpochRecord> history;
  for (int64_t epoch = 1; epoch <= 5; ++epoch)
    history.push_back(
        {.epoch = epoch,
         .loss = 1.0 / static_cast<double>(epoch),
         .metrics = {{"rmse", 2.0 / static_cast<double>(epoch)}, {"roc_auc", epoch == 3 ? std::nan("") : 0.7}}});
  return history;
}

}  // namespace

TEST(Report, HasACurveForTheLossAndForEachMetric) {
  const auto html = page({.title = "diamonds", .history = history()});
  EXPECT_EQ(count(html, "<svg"), 3u);
  EXPECT_NE(html.find("training loss"), std::string::npos);
  EXPECT_NE(html.find("validation roc_auc"), std::string::npos);
  EXPECT_EQ(count(html, "<circle"), 5u + 5u + 4u);  // the epoch without a value is a gap
}

TEST(Report, ShowsResultsCommandAndSettings) {
  const auto html = page({.title = "t",
                          .command = "train --data a.csv",
                          .settings = {{"epochs", "20"}},
                          .results = {{"test", {{"rmse", 625.25}, {"roc_auc", std::nan("")}}}},
                          .history = history()});
  for (const char* part : {"train --data a.csv", "<td>20</td>", "625.25", "not defined"})
    EXPECT_NE(html.find(part), std::string::npos) << part;
}

TEST(Report, TakesNothingFromTheNetworkAndFollowsTheReadersColours) {
  const auto html = page({.title = "t", .history = history()});
  for (const char* part : {"http", "<script", "<link", "url("}) EXPECT_EQ(html.find(part), std::string::npos) << part;
  EXPECT_NE(html.find("prefers-color-scheme: dark"), std::string::npos);
}

TEST(Report, TextIsEscaped) {
  const auto html = page({.title = "<b>&", .command = "--data \"a<b\"", .history = {}});
  EXPECT_NE(html.find("&lt;b&gt;&amp;"), std::string::npos);
  EXPECT_NE(html.find("--data &quot;a&lt;b&quot;"), std::string::npos);
  EXPECT_EQ(html.find("<b>"), std::string::npos);
  EXPECT_NE(html.find("No epoch was finished"), std::string::npos);
}

TEST(Report, AFlatCurveAndASingleEpochAreDrawn) {
  for (const double value : {0.0, 1.0, -3.5}) {
    const auto html = page({.title = "t", .history = {{.epoch = 1, .loss = value}}});
    EXPECT_EQ(count(html, "<circle"), 1u);
    EXPECT_EQ(html.find("nan"), std::string::npos);
    EXPECT_EQ(html.find("inf\""), std::string::npos);
  }
}

TEST(Report, AFolderThatIsNotThereIsAnError) {
  const TempDir folder;
  expect_error(ErrorKind::file, "report.html", [&] { write_report(folder / "no/report.html", {}); });
}
