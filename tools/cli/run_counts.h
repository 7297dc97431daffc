/// Counts what a run left out, had not seen in training, or could not answer.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/data/left_out.h"
#include "reszoo/infer/unanswered.h"
#include "reszoo/metrics/drift.h"
#include "reszoo/preprocess/unseen.h"

namespace reszoo::cli {

struct RunCounts {
  LeftOut left_out = {};                  ///< files and images that were not read
  UnseenCounts unseen = {};               ///< what training had not seen in columns of a table
  std::optional<DriftCounts> drift = {};  ///< how they differ from the training rows
  int64_t rows = 0, unanswered = 0;
  std::string first_unanswered = {};

  /// Counts the next rows. `bad` is (N) bool, true where the network's outputs are NaN or infinite; `names` are their
  /// images, or empty for rows of a table.
  void add_answers(const Tensor& bad, const std::vector<std::string>& names = {});

  /// Prints a line on stderr for each kind that there is, and adds it to the tool's result: `left_out`, `unseen`,
  /// `drift`, `unanswered` and `first_unanswered`. `what` is what unanswered rows lack: "prediction".
  void tell(const std::string& what, nlohmann::ordered_json& result) const;
};

}  // namespace reszoo::cli
