/// Counts the inputs for which a network gives no answer.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reszoo/infer/unanswered.h"

namespace reszoo::cli {

/// Rows whose outputs are NaN or infinite.
class UnansweredRows {
 public:
  /// Counts the next rows. `bad` is (N) bool; `names` are their images, or empty for rows of a table.
  void add(const Tensor& bad, const std::vector<std::string>& names = {});

  bool any() const { return count_ > 0; }

  /// Prints a line on stderr if there are any: "3 of 100 rows have no <what>, the first is row 17: ...".
  void say(const std::string& what) const;

  /// Adds the field "unanswered", and "first_unanswered" if there are any.
  void put(nlohmann::ordered_json& result) const;

 private:
  int64_t rows_ = 0, count_ = 0;
  std::string first_;
};

/// Prints the line for the rows of one table, and adds the fields, if there are any. Shape: `bad` is (N) bool.
void report_unanswered(const Tensor& bad, nlohmann::ordered_json& result);

}  // namespace reszoo::cli
