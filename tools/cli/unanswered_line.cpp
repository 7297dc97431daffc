#include "unanswered_line.h"

#include <torch/types.h>

namespace reszoo::cli {

void UnansweredRows::add(const Tensor& bad, const std::vector<std::string>& names) {
  const auto rows = bad.nonzero().flatten();
  if (count_ == 0 && rows.numel() > 0) {
    const auto row = rows[0].item<int64_t>();
    first_ = static_cast<size_t>(row) < names.size() ? names[static_cast<size_t>(row)]
                                                     : fmt::format("row {}", rows_ + row + 1);
  }
  count_ += rows.numel();
  rows_ += bad.numel();
}

void UnansweredRows::say(const std::string& what) const {
  if (count_ == 0) return;
  fmt::print(stderr, "{} of {} rows have no {}, the first is {}: the network's outputs are NaN or infinite\n", count_,
             rows_, what, first_);
}

void UnansweredRows::put(nlohmann::ordered_json& result) const {
  result["unanswered"] = count_;
  if (count_ > 0) result["first_unanswered"] = first_;
}

void report_unanswered(const Tensor& bad, nlohmann::ordered_json& result) {
  UnansweredRows rows;
  rows.add(bad);
  rows.say("prediction, so no metric is defined");
  if (rows.any()) rows.put(result);
}

}  // namespace reszoo::cli
