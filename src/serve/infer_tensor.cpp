#include "infer_tensor.h"

#include <ATen/ATen.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo::detail {
namespace {

using nlohmann::json;

struct Datatype {
  const char* name;
  size_t size;  ///< bytes of a value
  at::ScalarType type;
};

constexpr Datatype kDatatypes[] = {{"BOOL", 1, at::kBool},     {"INT8", 1, at::kChar},     {"INT16", 2, at::kShort},
                                   {"INT32", 4, at::kInt},     {"INT64", 8, at::kLong},    {"UINT8", 1, at::kByte},
                                   {"UINT16", 2, at::kUInt16}, {"UINT32", 4, at::kUInt32}, {"UINT64", 8, at::kUInt64},
                                   {"FP16", 2, at::kHalf},     {"BF16", 2, at::kBFloat16}, {"FP32", 4, at::kFloat},
                                   {"FP64", 8, at::kDouble}};

/// Returns the numeric datatype, or null for BYTES.
const Datatype* datatype_of(const InferTensor& tensor) {
  if (tensor.datatype == "BYTES") return nullptr;
  for (const auto& known : kDatatypes)
    if (tensor.datatype == known.name) return &known;
  fail(ErrorKind::input, "input \"{}\": the datatype {} is not known", tensor.name, escaped(tensor.datatype));
}

template <typename T>
T field(const json& entry, const char* key, const std::string& name) {
  try {
    return entry.at(key).get<T>();
  } catch (const json::exception&) {
    fail(ErrorKind::input, "input \"{}\": the field \"{}\" is missing or has the wrong type", name, key);
  }
}

/// Returns the number of elements.
size_t count_of(const InferTensor& tensor) {
  constexpr int64_t kMost = int64_t{1} << 40;
  int64_t count = 1;
  for (const auto side : tensor.shape) {
    if (side < 0 || (side > 0 && count > kMost / side))
      fail(ErrorKind::input, "input \"{}\": the shape [{}] is not valid", tensor.name, fmt::join(tensor.shape, ", "));
    count *= side;
  }
  return static_cast<size_t>(count);
}

[[noreturn]] void fail_count(const InferTensor& tensor, size_t got) {
  fail(ErrorKind::input, "input \"{}\": the shape [{}] has {} values, got {}", tensor.name,
       fmt::join(tensor.shape, ", "), count_of(tensor), got);
}

/// Calls `take` with each value of a list, or of nested lists as deep as the shape.
template <typename Take>
void for_each_value(const json& data, size_t depth, const InferTensor& tensor, Take take) {
  if (depth == 0) fail(ErrorKind::input, "input \"{}\": \"data\" is nested deeper than its shape", tensor.name);
  for (const auto& value : data)
    if (value.is_array()) for_each_value(value, depth - 1, tensor, take);
    else take(value);
}

double number_in(const json& value, const InferTensor& tensor, size_t index) {
  const bool whole = tensor.datatype.find("INT") != std::string::npos;
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (value.is_boolean() && tensor.datatype == "BOOL") return value.get<bool>();
  if (!value.is_number() || (whole && !value.is_number_integer()))
    fail(ErrorKind::input, "input \"{}\": value {} must be {}, got {}", tensor.name, index + 1, tensor.datatype,
         escaped(value.dump(-1, ' ', true, json::error_handler_t::replace), 40));
  return value.get<double>();
}

void read_json(InferTensor& tensor, const json& data) {
  if (!data.is_array()) fail(ErrorKind::input, "input \"{}\": \"data\" must be a list", tensor.name);
  const bool text = datatype_of(tensor) == nullptr;
  std::vector<double> numbers;
  for_each_value(data, std::max<size_t>(tensor.shape.size(), 1), tensor, [&](const json& value) {
    if (!text) numbers.push_back(number_in(value, tensor, numbers.size()));
    else if (value.is_null() || value.is_string())
      tensor.words.push_back(value.is_null() ? "" : value.get<std::string>());
    else fail(ErrorKind::input, "input \"{}\": value {} must be a text", tensor.name, tensor.words.size() + 1);
  });
  const auto count = text ? tensor.words.size() : numbers.size();
  if (count != count_of(tensor)) fail_count(tensor, count);
  if (!text) tensor.numbers = at::tensor(numbers, at::kDouble).reshape(tensor.shape);
}

uint32_t length_at(std::string_view bytes) {
  uint32_t length = 0;
  for (size_t i = 0; i < 4; ++i) length |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return length;
}

void read_binary(InferTensor& tensor, std::string_view bytes) {
  const auto count = count_of(tensor);
  if (const auto* type = datatype_of(tensor)) {
    if (bytes.size() != count * type->size) fail_count(tensor, bytes.size() / type->size);
    tensor.numbers = at::empty(tensor.shape, type->type);
    if (!bytes.empty()) std::memcpy(tensor.numbers.mutable_data_ptr(), bytes.data(), bytes.size());
    return;
  }
  tensor.binary = true;
  while (!bytes.empty()) {
    if (bytes.size() < 4 || length_at(bytes) > bytes.size() - 4)
      fail(ErrorKind::input, "input \"{}\": the binary data end within value {}", tensor.name, tensor.words.size() + 1);
    const auto length = length_at(bytes);
    tensor.words.emplace_back(bytes.substr(4, length));
    bytes.remove_prefix(4 + length);
  }
  if (tensor.words.size() != count) fail_count(tensor, tensor.words.size());
}

}  // namespace

InferTensor read_tensor(const json& entry, std::string_view& binary) {
  InferTensor tensor;
  tensor.name = field<std::string>(entry, "name", "");
  tensor.datatype = field<std::string>(entry, "datatype", tensor.name);
  tensor.shape = field<std::vector<int64_t>>(entry, "shape", tensor.name);
  const auto parameters = entry.value("parameters", json::object());
  if (!parameters.is_object() || !parameters.contains("binary_data_size")) {
    read_json(tensor, field<json>(entry, "data", tensor.name));
    return tensor;
  }
  const auto size = field<uint64_t>(parameters, "binary_data_size", tensor.name);
  if (size > binary.size())
    fail(ErrorKind::input, "input \"{}\": has {} bytes of binary data, but {} are left", tensor.name, size,
         binary.size());
  read_binary(tensor, binary.substr(0, size));
  binary.remove_prefix(size);
  return tensor;
}

Column column_of(const InferTensor& tensor) {
  const bool flat = tensor.shape.size() == 1 || (tensor.shape.size() == 2 && tensor.shape[1] == 1);
  if (!flat)
    fail(ErrorKind::input, "input \"{}\": a column has the shape [N] or [N, 1], got [{}]", tensor.name,
         fmt::join(tensor.shape, ", "));
  if (tensor.is_text()) return Column::of_text(tensor.name, tensor.words);
  constexpr double kExact = 9007199254740992;
  const auto numbers = tensor.numbers.flatten().to(at::kDouble);
  const bool is_truth = tensor.datatype == "BOOL";
  const bool is_long = tensor.numbers.element_size() == 8 && !tensor.numbers.is_floating_point();
  const bool beyond = is_long && numbers.numel() > 0 && numbers.abs().max().item<double>() > kExact;
  if (!is_truth && !beyond) return {.name = tensor.name, .numbers = numbers};
  std::vector<std::string> words;
  const auto integers = beyond ? tensor.numbers.flatten().contiguous() : Tensor();
  for (int64_t i = 0; i < numbers.numel(); ++i) {
    const auto value = numbers.const_data_ptr<double>()[i];
    if (is_truth) words.push_back(std::isnan(value) ? "" : value != 0 ? "true" : "false");
    else if (tensor.datatype == "UINT64") words.push_back(std::to_string(integers.const_data_ptr<uint64_t>()[i]));
    else words.push_back(std::to_string(integers.const_data_ptr<int64_t>()[i]));
  }
  return Column::of_text(tensor.name, words);
}

void append_bytes(std::string& binary, std::string_view text) {
  for (size_t i = 0; i < 4; ++i) binary += static_cast<char>(text.size() >> (8 * i) & 0xff);
  binary += text;
}

std::string decode_base64(std::string_view text, const std::string& name) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos)
      fail(ErrorKind::input, "input \"{}\": an image in JSON must be base64; or send it as binary data", name);
    bits = bits << 6 | static_cast<uint32_t>(digit);
    if ((count += 6) < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

}  // namespace reszoo::detail
