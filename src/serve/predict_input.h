/// Bodies of POST /predict: rows as JSON or CSV, images, forms. Private.
#pragma once
#include <string>
#include <vector>

#include "http.h"
#include "reszoo/serve/call.h"

namespace reszoo::detail {

/// Rows or images, and their names if the client named them.
struct PredictInput {
  ModelInput input;
  std::vector<std::string> names = {};
};

/// Reads a body by its Content-Type, or by what it begins with if the type is a client's default. Images refer to the
/// body.
/// Throws: Error (input) that says what is wrong; HttpError 415 for another type.
PredictInput read_predict_input(const HttpRequest& request, const ModelVersion& model);

}  // namespace reszoo::detail
