/// `convert --int8`.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reszoo/export/convert.h"

namespace reszoo::tool {

/// What the command line of `convert` says.
struct ConvertArguments {
  std::filesystem::path in, out;
  ConvertOptions how;
  std::vector<std::string> settings;
  bool no_verify = false, int8 = false;
  std::string calibration_data;
  int64_t calibration_samples = 512;
  double max_drop = 100;  ///< per cent of the classes that may change
};

/// Quantizes the model of the input by examples of the calibration data, and writes a model file. Returns the object
/// that
/// --json prints; prints a line unless `quiet`.
/// Throws: Error that names the option or the file.
nlohmann::ordered_json convert_to_int8(const ConvertArguments& arguments, bool quiet);

}  // namespace reszoo::tool
