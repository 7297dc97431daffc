/// Post-training quantization of a Model.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reszoo/infer/model.h"

namespace reszoo {

/// Compares the outputs in int8 with those in float32, on the calibration images.
struct Agreement {
  int64_t images = 0;
  double same_class = 0;  ///< fraction of images with the same largest output
  double error = 0;       ///< root mean square of the differences / root mean square of the outputs

  std::string text() const;
  nlohmann::ordered_json to_json() const;
};

/// Calibrates the model's network on batches of prepared images: sets `model.quantization`, and rounds the weights to
/// the values that the file will have. When loaded from that file, the model runs in int8 on processors on which int8
/// is fast.
///
/// A few hundred representative images are enough. Value ranges are averaged over the batches.
/// Throws: Error (usage) for an ensemble or a tabular network; see Calibration.
Agreement quantize_model(Model& model, const std::vector<Tensor>& batches);

}  // namespace reszoo
