/// Predictions as JSON. Private.
#pragma once
#include <nlohmann/json.hpp>

#include "http.h"
#include "reszoo/serve/call.h"

namespace reszoo::detail {

/// Returns a cell of a table: a number, a text, a date as text, or null for a missing value.
nlohmann::ordered_json cell_json(const Column& column, int64_t row);

/// Returns a finite number, or null.
nlohmann::ordered_json number_or_null(double value);

/// Returns the answer of POST /predict: an object for each row with the prediction, and the `most` likely classes.
/// `names`, if there are any, name the rows.
HttpAnswer predict_answer(const Answers& answers, const std::string& model, size_t most,
                          const std::vector<std::string>& names);

}  // namespace reszoo::detail
