/// A file for the runtime: a safetensors file whose card has programs.
#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/safetensors_header.h"
#include "preprocess/number_scaler.h"
#include "runtime/program_file.h"

namespace reszoo::detail {

/// The newest version of a file for the runtime that can be read, and the one that is written.
inline constexpr int64_t kRuntimeFileVersion = 1;

/// What begins the names of the preprocessing's arrays, as in other model files.
inline constexpr std::string_view kPreprocessNames = "reszoo.preprocess.";

/// An open file.
struct RuntimeFile {
  nlohmann::json card;
  std::shared_ptr<const SafetensorsHeader> header;
  std::string source;

  /// Finds arrays of the file. They refer to its bytes where these are aligned.
  StoredArrays arrays() const;

  /// Returns the arrays of the preprocessing.
  FittedNumbers fitted() const;
};

/// Throws: Error (file), whose message begins with `source`, if it is no file for the runtime, or damaged.
RuntimeFile open_runtime_file(const Bytes& bytes, const std::string& source, bool verify);

}  // namespace reszoo::detail
