/// Post-training quantization of a Model.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/fusion/quantize.h"
#include "reszoo/infer/model.h"

namespace reszoo {

/// Options of `quantize_model`.
struct QuantizeOptions {
  /// The fraction of examples whose class may differ from that of float32. If more differ, the layers that hurt most by
  /// themselves stay in float32, as many as are needed. 1: all layers are quantized.
  double max_drop = 1;
  std::optional<RangeRule> ranges = {};  ///< undefined: the rule whose outputs are nearest to those of float32
};

/// Compares the outputs in int8 with those in float32, on the calibration examples.
struct Agreement {
  int64_t examples = 0;
  double same_class = 0;               ///< fraction of examples with the same largest output
  double error = 0;                    ///< root mean square of the differences / root mean square of the outputs
  std::vector<std::string> kept = {};  ///< layers that stay in float32 because of `max_drop`

  std::string text() const;
  nlohmann::ordered_json to_json() const;
};

/// Calibrates the model's network on batches of prepared inputs: sets `model.quantization`, corrects the biases, and
/// rounds the weights to the values that the file will have. When loaded from that file, the model runs in int8 on
/// processors on which int8 is fast.
///
/// A few hundred representative examples are enough.
/// Throws: Error (usage) for an ensemble, or if more layers would have to stay in float32 than there are; see
/// Calibration.
Agreement quantize_model(Model& model, const std::vector<Tensor>& batches, const QuantizeOptions& options = {});

}  // namespace reszoo
