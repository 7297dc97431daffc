/// Describes a model for programs and pages.
#pragma once
#include <nlohmann/json.hpp>

#include "reszoo/infer/predictor.h"

namespace reszoo {

/// Returns what a model is: `network`, `networks` (their number), `reads` ("table", "images" or "tensor"), `task`,
/// `target`, `classes`, and `columns` or `image`, the preprocessing. Of a script or a package only `reads` is known.
nlohmann::ordered_json model_card(const Predictor& predictor);

}  // namespace reszoo
