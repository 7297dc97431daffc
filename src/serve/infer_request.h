/// Requests and answers of POST v2/models/NAME/infer. Private.
#pragma once
#include <optional>

#include "http.h"
#include "infer_tensor.h"
#include "reszoo/serve/call.h"

namespace reszoo::detail {

/// An output that a client asks for.
struct AskedOutput {
  std::string name;
  bool binary = false;
};

struct InferRequest {
  std::optional<std::string> id;
  std::vector<InferTensor> inputs;
  std::vector<AskedOutput> outputs;  ///< none: all
  bool binary = false;               ///< whether outputs are binary that do not say it
};

/// The name of the input that is the network's own: prepared, float32.
inline constexpr const char* kPreparedInput = "input";
/// The name of the input of image models: pixels or encoded images.
inline constexpr const char* kImageInput = "image";

/// Parses a body of JSON, or of JSON and binary data.
/// Throws: Error (input) that says what is wrong.
InferRequest read_infer_request(const HttpRequest& request);

/// Converts the tensors to what the model reads.
/// Throws: Error (input) for a tensor that the model does not have.
ModelInput model_input(std::vector<InferTensor> inputs, const ModelVersion& model);

/// Returns the answer with the asked outputs.
/// Throws: Error (input) for an output that the model does not have.
HttpAnswer infer_answer(const InferRequest& request, const Answers& answers, const std::string& model);

}  // namespace reszoo::detail
