/// A program as a file holds it: JSON, and arrays by name.
#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "runtime/program.h"

namespace reszoo::detail {

/// A program with the names of its arrays in place of these.
struct StoredProgram {
  nlohmann::json description;
  std::vector<std::pair<std::string, Floats>> floats = {};
  std::vector<std::pair<std::string, Doubles>> doubles = {};
};

/// Returns what a file holds of a program. `prefix` begins the names of its arrays.
/// Throws: Error (usage) that names the first operation for which there are no kernels here.
StoredProgram stored_program(const Program& program, const std::string& prefix);

/// Finds the arrays of a file by name.
struct StoredArrays {
  std::function<Floats(const std::string& name)> floats;
  std::function<Doubles(const std::string& name)> doubles;
};

/// Reads back what `stored_program` returned.
/// Throws: Error (file) for a description that it does not return.
Program program_from(const nlohmann::json& description, const StoredArrays& arrays);

}  // namespace reszoo::detail
