/// A model of a Python program. Private.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "reszoo/fusion/fused.h"
#include "reszoo/infer/predictor.h"

namespace reszoo::python {

/// How a model is fused for inference.
struct Fusing {
  bool fuse = true;
  FuseOptions options = {};
};

/// Throws: Error (usage) for an unknown precision.
Fusing fusing_of(bool fuse, bool autotune, const std::string& precision);

/// A predictor, and how it was prepared.
struct Opened {
  Predictor predictor;
  Fusing fusing = {};

  /// Returns the Model. Throws: Error (usage) that says what needs one, for a script or a package.
  Model& model(const char* what);
};

/// Sets evaluation mode, and fuses the networks if `fusing` says so.
Opened opened(Predictor predictor, Fusing fusing);

}  // namespace reszoo::python
