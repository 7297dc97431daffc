#include "run_counts.h"

#include <torch/types.h>

#include <iostream>

namespace reszoo::cli {

void RunCounts::add_answers(const Tensor& bad, const std::vector<std::string>& names) {
  const auto found = bad.nonzero().flatten();
  if (unanswered == 0 && found.numel() > 0) {
    const auto row = found[0].item<int64_t>();
    first_unanswered = static_cast<size_t>(row) < names.size() ? names[static_cast<size_t>(row)]
                                                               : fmt::format("row {}", rows + row + 1);
  }
  unanswered += found.numel();
  rows += bad.numel();
}

void RunCounts::tell(const std::string& what, nlohmann::ordered_json& result) const {
  if (!left_out.empty()) {
    std::cerr << "left out: " << left_out.text() << "\n";
    result["left_out"] = left_out.to_json();
  }
  if (!unseen.empty()) {
    std::cerr << unseen.line() << "\n";
    result["unseen"] = unseen.json();
  }
  if (drift && !drift->is_known())
    std::cerr << "drift is not measured: the model file is older and has no distributions of its training rows\n";
  if (drift && drift->is_known()) {
    const auto columns = drift->columns();
    if (const auto line = drift_line(columns); !line.empty()) std::cerr << line << "\n";
    result["drift"] = to_json(columns);
  }
  if (unanswered > 0) {
    std::cerr << fmt::format("{} of {} rows have no {}, the first is {}: the network's outputs are NaN or infinite\n",
                             unanswered, rows, what, first_unanswered);
    result["unanswered"] = unanswered;
    result["first_unanswered"] = first_unanswered;
  }
}

}  // namespace reszoo::cli
