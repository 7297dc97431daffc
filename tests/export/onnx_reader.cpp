#include "onnx_reader.h"

#include <torch/types.h>

#include <cstring>
#include <functional>
#include <stdexcept>

#include "reszoo/base/atomic_file.h"

namespace reszoo::test {
namespace {

/// One field of a protobuf message: an integer, or bytes that are text or a message.
struct Field {
  int number;
  uint64_t value = 0;
  std::string_view bytes;

  std::string text() const { return std::string(bytes); }
  int64_t integer() const { return static_cast<int64_t>(value); }
};

uint64_t take_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    if (bytes.empty() || shift > 63) throw std::runtime_error("onnx: cut off");
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

std::string_view take(std::string_view& bytes, uint64_t count) {
  if (count > bytes.size()) throw std::runtime_error("onnx: cut off");
  const auto taken = bytes.substr(0, count);
  bytes.remove_prefix(count);
  return taken;
}

void for_each_field(std::string_view message, const std::function<void(const Field&)>& visit) {
  while (!message.empty()) {
    const auto tag = take_varint(message);
    Field field{.number = static_cast<int>(tag >> 3)};
    switch (tag & 7) {
      case 0: field.value = take_varint(message); break;
      case 1: field.bytes = take(message, 8); break;
      case 2: field.bytes = take(message, take_varint(message)); break;
      case 5: field.bytes = take(message, 4); break;
      default: throw std::runtime_error("onnx: unknown wire type");
    }
    visit(field);
  }
}

/// Appends a repeated integer field, which may be packed.
void append(std::vector<int64_t>& values, const Field& field) {
  if (field.bytes.empty()) return values.push_back(field.integer());
  for (auto bytes = field.bytes; !bytes.empty();) values.push_back(static_cast<int64_t>(take_varint(bytes)));
}

std::pair<std::string, std::string> parse_entry(std::string_view message) {
  std::pair<std::string, std::string> entry;
  for_each_field(message, [&](const Field& field) { (field.number == 1 ? entry.first : entry.second) = field.text(); });
  return entry;
}

/// Reads the region of an external file that stores a tensor's data.
std::string external_data(const std::map<std::string, std::string>& place, const std::filesystem::path& folder) {
  const auto whole = read_file(folder / place.at("location"));
  return whole.substr(std::stoull(place.at("offset")), std::stoull(place.at("length")));
}

at::Tensor parse_tensor(std::string_view message, std::string& name, const std::filesystem::path& folder = {}) {
  std::vector<int64_t> sizes;
  int64_t type = 0;
  std::string data;
  std::vector<std::string> texts;
  std::map<std::string, std::string> place;
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) append(sizes, field);
    else if (field.number == 2) type = field.integer();
    else if (field.number == 6) texts.push_back(field.text());
    else if (field.number == 8) name = field.text();
    else if (field.number == 9) data = field.text();
    else if (field.number == 13) place.insert(parse_entry(field.bytes));
    else if (field.number == 14 && field.integer() == 1) data = external_data(place, folder);
    else throw std::runtime_error("onnx: a tensor whose data is not raw");
  });
  if (type == 8) return tensor_of(texts).reshape(sizes);
  static const std::map<int64_t, torch::ScalarType> types = {{1, torch::kFloat},  {2, torch::kByte}, {3, torch::kChar},
                                                             {6, torch::kInt},    {7, torch::kLong}, {9, torch::kBool},
                                                             {11, torch::kDouble}};
  const auto found = types.find(type);
  if (found == types.end()) throw std::runtime_error("onnx: a tensor of an unknown type");
  auto tensor = torch::empty(sizes, found->second);
  if (data.size() != tensor.nbytes()) throw std::runtime_error("onnx: a tensor of another size");
  std::memcpy(tensor.data_ptr(), data.data(), data.size());
  return tensor;
}

void parse_attribute(std::string_view message, OnnxNode& node) {
  std::string key, ignored;
  int64_t type = 0, integer = 0;
  float number = 0;
  std::string text;
  std::vector<int64_t> integers;
  std::vector<std::string> texts;
  at::Tensor tensor;
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) key = field.text();
    else if (field.number == 2) std::memcpy(&number, field.bytes.data(), sizeof number);
    else if (field.number == 3) integer = field.integer();
    else if (field.number == 4) text = field.text();
    else if (field.number == 5) tensor = parse_tensor(field.bytes, ignored);
    else if (field.number == 8) append(integers, field);
    else if (field.number == 9) texts.push_back(field.text());
    else if (field.number == 20) type = field.integer();
  });
  switch (type) {
    case 1: node.attributes[key] = number; break;
    case 2: node.attributes[key] = integer; break;
    case 3: node.attributes[key] = text; break;
    case 4: node.attributes[key] = tensor; break;
    case 7: node.attributes[key] = integers; break;
    case 8: node.attributes[key] = texts; break;
    default: throw std::runtime_error("onnx: attribute " + key + " of an unknown type");
  }
}

OnnxNode parse_node(std::string_view message) {
  OnnxNode node;
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) node.inputs.push_back(field.text());
    else if (field.number == 2) node.outputs.push_back(field.text());
    else if (field.number == 3) node.name = field.text();
    else if (field.number == 4) node.op = field.text();
    else if (field.number == 5) parse_attribute(field.bytes, node);
  });
  return node;
}

/// Calls `visit` with the messages at the end of a path of field numbers.
void descend(std::string_view message, std::vector<int> path, const std::function<void(std::string_view)>& visit) {
  if (path.empty()) return visit(message);
  const int first = path.front();
  path.erase(path.begin());
  for_each_field(message, [&](const Field& field) {
    if (field.number == first) descend(field.bytes, path, visit);
  });
}

OnnxValue parse_value(std::string_view message) {
  OnnxValue value;
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) value.name = field.text();
  });
  descend(message, {2, 1}, [&](std::string_view type) {
    for_each_field(type, [&](const Field& field) {
      if (field.number == 1) value.type = field.integer();
    });
  });
  descend(message, {2, 1, 2, 1}, [&](std::string_view dimension) {  // type, tensor_type, shape, dim
    for_each_field(dimension, [&](const Field& field) {
      value.dimensions.push_back(field.number == 1 ? std::to_string(field.value) : field.text());
    });
  });
  return value;
}

void parse_graph(std::string_view message, OnnxFile& file, const std::filesystem::path& folder) {
  for_each_field(message, [&](const Field& field) {
    std::string name;
    if (field.number == 1) file.nodes.push_back(parse_node(field.bytes));
    else if (field.number == 5) {
      auto tensor = parse_tensor(field.bytes, name, folder);
      file.weights[name] = std::move(tensor);
    } else if (field.number == 11) file.inputs.push_back(parse_value(field.bytes));
    else if (field.number == 12) file.outputs.push_back(parse_value(field.bytes));
  });
}

}  // namespace

OnnxFile read_onnx(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  OnnxFile file;
  for_each_field(bytes, [&](const Field& field) {
    if (field.number == 1) file.ir_version = field.integer();
    else if (field.number == 2) file.producer = field.text();
    else if (field.number == 6) file.description = field.text();
    else if (field.number == 7) parse_graph(field.bytes, file, path.parent_path());
    else if (field.number == 8)
      for_each_field(field.bytes, [&](const Field& part) {
        if (part.number == 2 && file.opset == 0) file.opset = part.integer();
      });
    else if (field.number == 14) file.metadata.insert(parse_entry(field.bytes));
  });
  return file;
}

}  // namespace reszoo::test
