#include "onnx_file.h"

#include <cstdint>
#include <functional>
#include <numeric>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

constexpr uint64_t kMostBytes = 2'000'000'000;  // protobuf's limit is 2 GiB; the graph itself takes little
constexpr uint64_t kPage = 4096;                // alignment of external tensors, so that they can be memory-mapped

// Field numbers in onnx.proto.
namespace model {
constexpr int kProducerName = 2, kProducerVersion = 3, kDescription = 6, kGraph = 7, kMetadata = 14;
}
namespace graph {
constexpr int kNode = 1, kInitializer = 5, kInput = 11, kOutput = 12;
}
namespace node {
constexpr int kInput = 1, kOutput = 2, kOp = 4;
}
namespace port {
constexpr int kName = 1, kType = 2, kDescription = 3, kTensorType = 1, kElementType = 1, kShape = 2, kDimension = 1;
constexpr int kSize = 1, kSizeName = 2;
}  // namespace port
namespace tensor {
constexpr int kDims = 1, kType = 2, kText = 6, kName = 8, kRawData = 9, kExternalData = 13, kDataLocation = 14;
}
namespace entry {
constexpr int kKey = 1, kValue = 2;
}
constexpr uint64_t kExternal = 1;

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string number_field(int number, uint64_t value) {
  return varint(static_cast<uint64_t>(number) << 3) + varint(value);
}

/// Returns the bytes that precede a string or a message of `size` bytes.
std::string head(int number, uint64_t size) { return varint(static_cast<uint64_t>(number) << 3 | 2) + varint(size); }

std::string field(int number, std::string_view content) { return head(number, content.size()) + std::string(content); }

std::string entry_field(int number, const std::string& key, const std::string& value) {
  return field(number, field(entry::kKey, key) + field(entry::kValue, value));
}

uint64_t take_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0; !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  fail(ErrorKind::input, "ONNX: LibTorch wrote a model that ends early");
}

/// Calls visit(field number, content, whole field) for each field of a message. The content of a varint is empty.
/// Models and graphs have no fixed-size fields.
void for_each_field(std::string_view message,
                    const std::function<void(int, std::string_view, std::string_view)>& visit) {
  while (!message.empty()) {
    const auto begin = message;
    const auto tag = take_varint(message);
    std::string_view content;
    if ((tag & 7) == 2) {
      const auto size = take_varint(message);
      content = message.substr(0, size);
      message.remove_prefix(std::min<size_t>(size, message.size()));
    } else {
      take_varint(message);
    }
    visit(static_cast<int>(tag >> 3), content, begin.substr(0, begin.size() - message.size()));
  }
}

/// Returns the nodes and other fields of a graph, without what is written here.
std::string graph_fields(std::string_view message) {
  std::string rest;
  for_each_field(message, [&](int found, std::string_view, std::string_view whole) {
    if (found != graph::kInitializer && found != graph::kInput && found != graph::kOutput) rest += whole;
  });
  return rest;
}

OnnxType type_of(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kByte: return OnnxType::uint8;
    case at::kChar: return OnnxType::int8;
    case at::kInt: return OnnxType::int32;
    case at::kLong: return OnnxType::int64;
    case at::kDouble: return OnnxType::float64;
    default: return OnnxType::float32;
  }
}

/// Returns the encoded dimensions, dtype and name.
std::string tensor_head(const std::string& name, const at::Tensor& tensor) {
  std::string bytes;
  for (const int64_t size : tensor.sizes()) bytes += number_field(tensor::kDims, static_cast<uint64_t>(size));
  return bytes + number_field(tensor::kType, static_cast<uint64_t>(type_of(tensor))) + field(tensor::kName, name);
}

std::string text_fields(const OnnxTexts& all) {
  std::string bytes;
  for (const auto& [name, texts] : all) {
    auto content = number_field(tensor::kDims, texts.size()) +
                   number_field(tensor::kType, static_cast<uint64_t>(OnnxType::text)) + field(tensor::kName, name);
    for (const auto& text : texts) content += field(tensor::kText, text);
    bytes += field(graph::kInitializer, content);
  }
  return bytes;
}

std::string port_field(int number, const OnnxPort& described) {
  std::string shape;
  for (const auto& dimension : described.shape) {
    const auto* size = std::get_if<int64_t>(&dimension);
    shape += field(port::kDimension, size ? number_field(port::kSize, static_cast<uint64_t>(*size))
                                          : field(port::kSizeName, std::get<std::string>(dimension)));
  }
  const auto type =
      number_field(port::kElementType, static_cast<uint64_t>(described.type)) + field(port::kShape, shape);
  auto content = field(port::kName, described.name) + field(port::kType, field(port::kTensorType, type));
  if (!described.description.empty()) content += field(port::kDescription, described.description);
  return field(number, content);
}

/// Returns the nodes that give inputs their names inside, and the fields of inputs and outputs.
std::string port_fields(const OnnxPorts& ports) {
  std::string bytes;
  for (const auto& [outer, inner] : ports.inner_names)
    bytes +=
        field(graph::kNode, field(node::kInput, outer) + field(node::kOutput, inner) + field(node::kOp, "Identity"));
  for (const auto& input : ports.inputs) bytes += port_field(graph::kInput, input);
  for (const auto& output : ports.outputs) bytes += port_field(graph::kOutput, output);
  return bytes;
}

std::string_view bytes_of(const at::Tensor& tensor) {
  return {static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()};
}

}  // namespace

OnnxPieces::OnnxPieces(std::string_view model, const OnnxContent& content, const std::string& description,
                       const ExportOptions& options, const std::filesystem::path& path)
    : path_(path) {
  uint64_t bytes = 0;
  for (const auto& [name, tensor] : content.weights) bytes += tensor.nbytes();
  if (options.external_weights || bytes > kMostBytes) data_path_ = path.string() + ".data";

  auto about = field(model::kProducerName, "reszoo") + field(model::kDescription, description);
  for (const auto& [key, value] : options.metadata) about += entry_field(model::kMetadata, key, value);
  std::string graph, rest;
  for_each_field(model, [&](int number, std::string_view of_field, std::string_view whole) {
    if (number == model::kGraph)
      graph = port_fields(content.ports) + graph_fields(of_field) + text_fields(content.texts);
    else if (number != model::kProducerName && number != model::kProducerVersion) rest += whole;
  });
  add(rest + about);
  auto& graph_head = own_.emplace_back();  // filled in when the size is known
  const auto place = pieces_.size();
  pieces_.emplace_back();
  uint64_t size = graph.size();
  add(std::move(graph));
  for (const auto& [name, tensor] : content.weights) size += add_weight(name, tensor);
  graph_head = head(model::kGraph, size);
  pieces_[place] = graph_head;
}

size_t OnnxPieces::add_weight(const std::string& name, const at::Tensor& tensor) {
  auto bytes = tensor_head(name, tensor);
  uint64_t inside = 0;
  if (data_path_.empty()) {
    inside = tensor.nbytes();
    bytes += head(tensor::kRawData, inside);
  } else {
    add_external(tensor);
    for (const auto& [key, value] :
         {std::pair("location", data_path_.filename().string()), std::pair("offset", std::to_string(data_size_)),
          std::pair("length", std::to_string(tensor.nbytes()))})
      bytes += entry_field(tensor::kExternalData, key, value);
    bytes += number_field(tensor::kDataLocation, kExternal);
    data_size_ += tensor.nbytes();
  }
  bytes = head(graph::kInitializer, bytes.size() + inside) + bytes;
  const auto written = bytes.size() + inside;
  add(std::move(bytes));
  if (inside > 0) pieces_.push_back(bytes_of(tensor));
  return written;
}

void OnnxPieces::add_external(const at::Tensor& tensor) {
  static const std::string zeros(kPage, '\0');
  const auto gap = (kPage - data_size_ % kPage) % kPage;
  data_.push_back(std::string_view(zeros).substr(0, gap));
  data_.push_back(bytes_of(tensor));
  data_size_ += gap;
}

void OnnxPieces::write() const {
  if (!data_path_.empty()) write_file(data_path_, data_);
  write_file(path_, pieces_);
}

}  // namespace reszoo
