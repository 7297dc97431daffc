/// Names of the parts of a data set: train, val, test. Private.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace reszoo {

/// The parts of a data set.
enum class DataPart { train, validation, test };

/// A name that contains the name of a part.
struct PartName {
  DataPart part;
  std::string rest;  ///< the other words of the name, such as "seg" of `seg_train`; "" if there are none
};

/// Finds the name of a part in a name, in any usual spelling without regard to case: `Train`, `training_set`, `val`,
/// `Validation`, `dev`, `testing`, `train2017`, `seg_test`.
std::optional<PartName> part_in_name(std::string_view name);

/// Returns the part that a path names, by the first of its components that names one.
std::optional<DataPart> part_in_path(std::string_view path);

}  // namespace reszoo
