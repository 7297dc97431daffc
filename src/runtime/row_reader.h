/// Converts rows of a table to a network's input, without LibTorch.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "preprocess/cell_reading.h"
#include "preprocess/number_scaler.h"
#include "preprocess/table_steps.h"
#include "reszoo/preprocess/row.h"
#include "reszoo/preprocess/word_lookup.h"

namespace reszoo::detail {

/// Computes what TablePreprocess::transform does for one row. Immutable; many threads may call it.
class RowReader {
 public:
  /// `fitted`: see Scaler::tensors.
  RowReader(TableSteps steps, const FittedNumbers& fitted);

  /// Returns the number of values of a row.
  size_t width() const { return steps_.numbers.size() + steps_.indicators.size() + steps_.categories.size(); }

  /// Writes a row's values.
  /// Throws: Error (input) that names the columns that are missing, or a cell that is not what was learnt.
  void read(const Row& row, float* to) const;

  /// Returns the columns that a row must have, each once.
  std::vector<std::string> columns() const;

 private:
  const Value& value_of(const Row& row, const std::string& column) const;
  [[noreturn]] void refuse_missing(const Row& row) const;
  double number_of(const std::string& column, const Value& value) const;
  float code_of(size_t category, const Value& value) const;

  TableSteps steps_;
  std::shared_ptr<const NumberScaler> scaler_;  ///< null without numbers
  std::vector<WordLookup> lookups_;             ///< of each category
  std::map<std::string, MissingWords> missing_;
};

}  // namespace reszoo::detail
