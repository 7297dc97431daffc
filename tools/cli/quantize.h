/// Calibrates a model for inference in int8.
#pragma once
#include <string>

#include "source.h"

namespace reszoo::cli {

struct CalibrateOptions {
  std::string path;    ///< images
  int64_t most = 512;  ///< of them, spread over all
};

/// How far the outputs in int8 are from those in float32, on the images of the calibration.
struct Agreement {
  int64_t images = 0;
  double same_class = 0;  ///< share of images with the same largest output
  double error = 0;       ///< root mean square of the differences, to that of the outputs

  std::string text() const;
  nlohmann::ordered_json to_json() const;
};

/// Calibrates the source's model: sets its quantization, and weights as the file will have them. Errors call the source
/// `name`.
/// Throws: Error that names the path; Error (usage) for a source that is no network of images.
Agreement quantize(Source& source, const std::string& name, const CalibrateOptions& options);

}  // namespace reszoo::cli
