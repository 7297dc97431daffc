/// Tensors of the Open Inference Protocol. Private.
#pragma once
#include <ATen/core/Tensor.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo::detail {

/// A named tensor of a request.
struct InferTensor {
  std::string name, datatype;  ///< datatype: BOOL, INT8 … INT64, UINT8 … UINT64, FP16, BF16, FP32, FP64, BYTES
  std::vector<int64_t> shape;
  Tensor numbers = {};                  ///< of shape `shape`, if it is numeric; NaN is missing
  std::vector<std::string> words = {};  ///< in row-major order, if it is BYTES
  bool binary = false;                  ///< whether BYTES came as bytes and not as text of JSON

  bool is_text() const { return !numbers.defined(); }
};

/// Reads an entry of `inputs`: its data from JSON, or, with the parameter `binary_data_size`, from the next bytes of
/// `binary`, which are then removed.
/// Throws: Error (input) that names the tensor, for a missing field, an unknown datatype, or data that do not have the
/// datatype or the shape.
InferTensor read_tensor(const nlohmann::json& entry, std::string_view& binary);

/// Converts a tensor of shape (N) or (N, 1) to a column. Booleans and integers beyond 2^53 become text.
/// Throws: Error (input) for another shape.
Column column_of(const InferTensor& tensor);

/// Appends texts as the binary extension encodes BYTES: each after its length, 4 bytes, little-endian.
void append_bytes(std::string& binary, std::string_view text);

/// Decodes base64, also without padding.
/// Throws: Error (input) for other characters; `name` is that of the tensor.
std::string decode_base64(std::string_view text, const std::string& name);

}  // namespace reszoo::detail
