/// Post-training quantization of a Model, and how far its outputs move.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reszoo/infer/model.h"

namespace reszoo {

/// How far the outputs in int8 are from those in float32, on the images of the calibration.
struct Agreement {
  int64_t images = 0;
  double same_class = 0;  ///< share of images with the same largest output
  double error = 0;       ///< root mean square of the differences, divided by that of the outputs

  std::string text() const;
  nlohmann::ordered_json to_json() const;
};

/// Calibrates the model's network on batches of prepared images: sets `model.quantization`, and rounds the weights as
/// the file will have them. Saved, it runs in int8 wherever the processor is fast in it.
///
/// Some hundreds of images such as the network will see suffice; value ranges are averaged over the batches.
/// Throws: Error (usage) for an ensemble or a network of tables; see Calibration.
Agreement quantize_model(Model& model, const std::vector<Tensor>& batches);

}  // namespace reszoo
