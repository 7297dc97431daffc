/// Drift as a table of a report.
#pragma once
#include <vector>

#include "reszoo/metrics/drift.h"
#include "reszoo/report/report.h"

namespace reszoo {

/// Returns a table with a row for each column, in the given order.
ReportTable report_table(const std::vector<ColumnDrift>& columns);

}  // namespace reszoo
