#include "reszoo/report/drift_table.h"

#include <fmt/format.h>

namespace reszoo {

ReportTable report_table(const std::vector<ColumnDrift>& columns) {
  ReportTable table{
      .title = "Drift from the training rows",
      .introduction =
          fmt::format("How the columns differ from the rows that the model was trained on. PSI is the population "
                      "stability index: from {} a column has drifted some, from {} much. A difference that chance "
                      "explains is none.",
                      some_drift, much_drift),
      .header = {"column", "PSI", "by chance below", "drift", "missing, %", "in training, %", "unseen words, %"},
      .rows = {}};
  const auto percent = [](double fraction) { return fmt::format("{:.2f}", 100 * fraction); };
  for (const auto& drift : columns)
    table.rows.push_back({drift.column, fmt::format("{:.4f}", drift.psi), fmt::format("{:.4f}", drift.chance),
                          text_of(drift.level()), percent(drift.missing), percent(drift.missing_before),
                          percent(drift.unseen)});
  return table;
}

}  // namespace reszoo
