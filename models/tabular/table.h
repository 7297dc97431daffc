/// What the networks for tables have in common.
#pragma once
#include "../catalog.h"

namespace reszoo {

/// The options of a network for tables, checked, with defaults put in.
struct TableDesign {
  int64_t columns = 0;          ///< of a row
  int64_t outputs = 1;
  AnyModule encoder;            ///< Identity where the columns stay as they are
  std::vector<int64_t> features;  ///< that each column becomes
  std::vector<int64_t> widths;  ///< of each block
  Members members;
  Norm norm;
  Activation activation;
  double dropout = 0;

  int64_t encoded() const;  ///< features of all columns

  /// The body's steps from the columns to the first linear layer, not with it.
  Steps start() const;

  /// The first linear layer, from encoded() to widths[0].
  AnyModule first_linear(int64_t out) const;

 private:
  ScaleStart scale_start() const;
};

/// What the network does where an option is left out.
struct TableDefaults {
  int64_t blocks, width;
  double dropout;
  Norm norm;
};

/// Throws: Error (usage) naming the network and the option.
TableDesign table_design(const std::string& name, const TabularOptions& options, const TableDefaults& defaults);

}  // namespace reszoo
