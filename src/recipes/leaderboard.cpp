#include <cmath>

#include "reszoo/base/duration.h"
#include "reszoo/recipes/fit_best.h"

namespace reszoo {
namespace {

std::string changes_of(const Candidate& candidate) {
  return candidate.number == 0 ? "the recipe itself" : candidate.changes.dump();
}

}  // namespace

ReportTable report_table(const std::vector<Candidate>& leaderboard, const std::string& metric) {
  ReportTable table{
      .title = "Leaderboard",
      .introduction = fmt::format("Candidates and their weights in the ensemble. {} is measured on rows that the "
                                  "networks were not trained on.",
                                  metric),
      .header = {"candidate", "networks", metric, "seconds", "weight", "changes"},
      .rows = {}};
  for (const auto& one : leaderboard)
    table.rows.push_back({std::to_string(one.number), std::to_string(one.networks), fmt::format("{:.6g}", one.value),
                          fmt::format("{:.1f}", one.seconds), fmt::format("{:.2f}", one.weight), changes_of(one)});
  return table;
}

nlohmann::ordered_json leaderboard_json(const std::vector<Candidate>& leaderboard) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& one : leaderboard)
    all.push_back({{"candidate", one.number},
                   {"networks", one.networks},
                   {"value", std::isfinite(one.value) ? nlohmann::ordered_json(one.value) : nullptr},
                   {"seconds", std::round(one.seconds * 100) / 100},
                   {"weight", one.weight},
                   {"changes", one.changes}});
  return all;
}

std::string text_of(const Candidate& candidate, const std::string& metric) {
  auto text = fmt::format("candidate {:3}, {} {}: {} {:.6g}, {}", candidate.number, candidate.networks,
                          candidate.networks == 1 ? "network" : "networks", metric, candidate.value,
                          duration_text(candidate.seconds));
  if (candidate.weight > 0) text += fmt::format(", weight {:.2f}", candidate.weight);
  return text + "  " + changes_of(candidate);
}

}  // namespace reszoo
