#include "infer_request.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <charconv>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo::detail {
namespace {

using nlohmann::json;

/// Returns the length of the JSON part of the body.
size_t json_length_of(const HttpRequest& request) {
  if (!request.json_length) return request.body.size();
  size_t length = 0;
  const auto& text = *request.json_length;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size() || length > request.body.size())
    fail(ErrorKind::input, "Inference-Header-Content-Length: must be within the body's {} bytes, got {}",
         request.body.size(), escaped(text));
  return length;
}

bool is_set(const json& object, const char* parameter) {
  const auto parameters = object.find("parameters");
  return parameters != object.end() && parameters->is_object() && parameters->value(parameter, json()) == json(true);
}

std::vector<AskedOutput> asked_outputs(const json& body, bool binary) {
  std::vector<AskedOutput> outputs;
  const auto found = body.find("outputs");
  if (found == body.end()) return outputs;
  for (const auto& output : *found) {
    if (!output.is_object() || !output.contains("name") || !output.at("name").is_string())
      fail(ErrorKind::input, "outputs: each must be an object with a \"name\"");
    const bool says = output.contains("parameters") && output.at("parameters").is_object() &&
                      output.at("parameters").contains("binary_data");
    outputs.push_back({output.at("name").get<std::string>(), says ? is_set(output, "binary_data") : binary});
  }
  return outputs;
}

ModelInput image_input(InferTensor tensor) {
  if (tensor.is_text()) {
    EncodedInput encoded;
    for (auto& word : tensor.words) {
      encoded.names.push_back(fmt::format("image {}", encoded.names.size() + 1));
      encoded.images.push_back(Bytes::own(tensor.binary ? std::move(word) : decode_base64(word, tensor.name)));
    }
    return encoded;
  }
  if (tensor.datatype != "UINT8" || tensor.shape.size() != 4)
    fail(ErrorKind::input,
         "input \"{}\": must be BYTES of encoded images, or UINT8 of the shape [N, H, W, C], got {} of [{}]; prepared "
         "inputs are called \"{}\"",
         tensor.name, tensor.datatype, fmt::join(tensor.shape, ", "), kPreparedInput);
  const auto& values = tensor.numbers;
  if (values.numel() == 0) fail(ErrorKind::input, "input \"{}\": has no pixels", tensor.name);
  if (values.scalar_type() != at::kByte && !((values >= 0) & (values <= 255)).all().item<bool>())
    fail(ErrorKind::input, "input \"{}\": UINT8 values must be 0 to 255", tensor.name);
  return PixelInput{values.to(at::kByte).contiguous()};
}

ModelInput prepared_input(const InferTensor& tensor) {
  if (tensor.datatype != "FP32" || tensor.shape.size() < 2)
    fail(ErrorKind::input, "input \"{}\": must be FP32 of at least 2 dimensions, got {} of [{}]", tensor.name,
         tensor.datatype, fmt::join(tensor.shape, ", "));
  return PreparedInput{tensor.numbers.to(at::kFloat)};
}

ModelInput column_inputs(const std::vector<InferTensor>& inputs, const TablePreprocess& table) {
  const auto known = table.inputs();
  Frame frame;
  for (const auto& tensor : inputs) {
    if (std::find(known.begin(), known.end(), tensor.name) == known.end())
      fail(ErrorKind::input, "input \"{}\": the model has no such column{}", escaped(tensor.name),
           suggestion(tensor.name, known));
    frame.columns.push_back(column_of(tensor));
    if (frame.columns.back().size() != frame.rows())
      fail(ErrorKind::input, "input \"{}\": has {} rows, and \"{}\" has {}", tensor.name, frame.columns.back().size(),
           inputs.front().name, frame.rows());
  }
  if (frame.rows() == 0) fail(ErrorKind::input, "inputs: have no rows");
  return frame;
}

}  // namespace

InferRequest read_infer_request(const HttpRequest& request) {
  const std::string_view body = request.body;
  const auto length = json_length_of(request);
  json parsed;
  try {
    parsed = json::parse(body.substr(0, length));
  } catch (const json::exception& error) {
    fail(ErrorKind::input, "the body is not JSON: {}", escaped(error.what(), 200));
  }
  if (!parsed.is_object() || !parsed.contains("inputs") || !parsed.at("inputs").is_array())
    fail(ErrorKind::input, "the body must be an object with a list \"inputs\"");
  InferRequest infer;
  if (parsed.contains("id") && parsed.at("id").is_string()) infer.id = parsed.at("id").get<std::string>();
  infer.binary = is_set(parsed, "binary_data_output");
  infer.outputs = asked_outputs(parsed, infer.binary);
  auto binary = body.substr(length);
  for (const auto& entry : parsed.at("inputs")) {
    if (!entry.is_object()) fail(ErrorKind::input, "inputs: each must be an object");
    infer.inputs.push_back(read_tensor(entry, binary));
  }
  if (!binary.empty()) fail(ErrorKind::input, "the body has {} bytes that no input takes", binary.size());
  return infer;
}

ModelInput model_input(std::vector<InferTensor> inputs, const ModelVersion& model) {
  if (inputs.empty()) fail(ErrorKind::input, "inputs: must have an input");
  const auto* known = model.predictor.model();
  const auto& first = inputs.front();
  if (known != nullptr && known->table) {
    const bool matrix = first.shape.size() == 2 && first.shape[1] != 1;
    if (inputs.size() > 1 || first.name != kPreparedInput || !matrix) return column_inputs(inputs, *known->table);
  } else if (inputs.size() > 1) {
    fail(ErrorKind::input, "inputs: the model has one input, got {}", inputs.size());
  }
  if (first.name == kPreparedInput) return prepared_input(first);
  if (first.name == kImageInput) return image_input(std::move(inputs.front()));
  fail(ErrorKind::input, "input \"{}\": the model has no such input; its inputs are \"{}\" and \"{}\"",
       escaped(first.name), kImageInput, kPreparedInput);
}

}  // namespace reszoo::detail
