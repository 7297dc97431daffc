/// The common parts of tabular networks.
#pragma once
#include "../catalog.h"

namespace reszoo {

/// The options of a tabular network, checked and with all defaults resolved.
struct TableDesign {
  int64_t columns = 0;  ///< number of input columns
  int64_t outputs = 1;
  AnyModule encoder;              ///< TableEncoder; an Identity if no column is encoded
  std::vector<int64_t> features;  ///< number of features of each encoded column
  std::vector<int64_t> widths;    ///< width of each block
  Members members;
  Norm norm;
  Activation activation;
  double dropout = 0;

  /// Returns the number of features of all encoded columns.
  int64_t encoded() const;

  /// Builds the steps before the first linear layer: `encoder` and, with members, `members`.
  Steps input_steps() const;

  /// Builds the first linear layer, from encoded() to `out`.
  AnyModule first_linear(int64_t out) const;

 private:
  ScaleInit scale_init() const;
};

/// The defaults for options that are left out.
struct TableDefaults {
  int64_t blocks, width;
  double dropout;
  Norm norm;
};

/// Resolves the options of a tabular network.
/// Throws: Error (usage), which names the network and the option.
TableDesign table_design(const std::string& name, const TabularOptions& options, const TableDefaults& defaults);

}  // namespace reszoo
