#include "reszoo/weights/safetensors.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/file.h"

namespace reszoo {

using at::Tensor;

namespace {

using nlohmann::json;

constexpr size_t kLengthBytes = 8;
constexpr uint64_t kMaxHeader = 100'000'000;  // the format's own limit, in bytes

const std::vector<std::pair<std::string, at::ScalarType>> kTypes = {
    {"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf}, {"BF16", at::kBFloat16},
    {"I64", at::kLong},   {"I32", at::kInt},   {"I16", at::kShort}, {"I8", at::kChar},
    {"U8", at::kByte},    {"BOOL", at::kBool}, {"F8_E4M3", at::kFloat8_e4m3fn}, {"F8_E5M2", at::kFloat8_e5m2},
};

const std::string& type_name(const std::string& key, at::ScalarType type) {
  for (const auto& [name, known] : kTypes)
    if (known == type) return name;
  fail(ErrorKind::usage, "safetensors: no dtype for {}, got {}", key, c10::toString(type));
}

/// A tensor as the header describes it.
struct Entry {
  std::string key;
  at::ScalarType type = at::kFloat;
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;
};

/// Reads what the header says of one tensor. Throws json exceptions for wrong kinds.
Entry read_entry(const std::string& key, const json& j, const std::string& source) {
  Entry entry{.key = key};
  const auto& name = j.at("dtype").get_ref<const std::string&>();
  const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& known) { return known.first == name; });
  if (type == kTypes.end()) fail(ErrorKind::file, "{}: {}: unknown dtype \"{}\"", source, key, name);
  entry.type = type->second;
  uint64_t size = c10::elementSize(entry.type);
  for (const auto& length : j.at("shape")) {
    if (!length.is_number_unsigned()) fail(ErrorKind::file, "{}: {}: shape must be whole numbers", source, key);
    entry.shape.push_back(length.get<int64_t>());
    if (entry.shape.back() < 0 || __builtin_mul_overflow(size, length.get<uint64_t>(), &size))
      fail(ErrorKind::file, "{}: {}: shape is too large", source, key);
  }
  const auto& offsets = j.at("data_offsets");
  if (offsets.size() != 2 || !offsets.at(0).is_number_unsigned() || !offsets.at(1).is_number_unsigned())
    fail(ErrorKind::file, "{}: {}: data_offsets must be two whole numbers", source, key);
  entry.begin = offsets.at(0).get<uint64_t>();
  entry.end = offsets.at(1).get<uint64_t>();
  if (entry.end < entry.begin || entry.end - entry.begin != size)
    fail(ErrorKind::file, "{}: {}: {} bytes do not hold its shape, which needs {}", source, key,
         static_cast<int64_t>(entry.end - entry.begin), size);
  return entry;
}

/// Reads the JSON text, refusing a key that stands twice at the top.
json parse_header(std::string_view text, const std::string& source) {
  std::vector<std::string> keys;
  const auto callback = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > 4) fail(ErrorKind::file, "{}: the header is nested too deeply", source);
    if (event == json::parse_event_t::key && depth == 1) keys.push_back(value.get<std::string>());
    return true;
  };
  json header;
  try {
    header = json::parse(text, callback);
  } catch (const json::exception&) {
    fail(ErrorKind::file, "{}: the header is not JSON", source);
  }
  if (!header.is_object()) fail(ErrorKind::file, "{}: the header is not a JSON object", source);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) fail(ErrorKind::file, "{}: key {} stands twice", source, *twice);
  return header;
}

void check_layout(const std::vector<Entry>& entries, uint64_t size, const std::string& source) {
  uint64_t end = 0;
  for (const auto& entry : entries) {
    if (entry.begin != end) fail(ErrorKind::file, "{}: {}: its bytes do not follow the tensor before", source, entry.key);
    end = entry.end;
  }
  if (end != size)
    fail(ErrorKind::file, "{}: truncated or damaged: the header describes {} bytes of tensors, {} are there", source, end, size);
}

Tensor view_bytes(const Entry& entry, const std::shared_ptr<std::string>& bytes, size_t data) {
  char* start = bytes->data() + data + entry.begin;
  const auto options = at::TensorOptions().dtype(entry.type);
  if (entry.begin == entry.end) return at::empty(entry.shape, options);
  auto tensor = at::from_blob(start, entry.shape, [bytes](void*) {}, options);
  // Old writers did not align the buffer.
  return reinterpret_cast<uintptr_t>(start) % c10::elementSize(entry.type) == 0 ? tensor : tensor.clone();
}

}  // namespace

Safetensors parse_safetensors(std::string content, const std::string& source) {
  const auto bytes = std::make_shared<std::string>(std::move(content));
  if (bytes->size() < kLengthBytes) fail(ErrorKind::file, "{}: truncated: {} bytes are no safetensors file", source, bytes->size());
  uint64_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) length |= uint64_t{static_cast<unsigned char>((*bytes)[i])} << (8 * i);
  if (length > kMaxHeader || length > bytes->size() - kLengthBytes)
    fail(ErrorKind::file, "{}: truncated or damaged: the header would have {} bytes", source, length);
  const auto header = parse_header(std::string_view(*bytes).substr(kLengthBytes, length), source);

  Safetensors result{.bytes = bytes};
  std::vector<Entry> entries;
  try {
    for (const auto& [key, value] : header.items()) {
      if (key == "__metadata__") result.metadata = value.get<std::map<std::string, std::string>>();
      else entries.push_back(read_entry(key, value, source));
    }
  } catch (const json::exception& error) {
    fail(ErrorKind::file, "{}: the header is not as the format says", source);
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
  const size_t data = kLengthBytes + length;
  check_layout(entries, bytes->size() - data, source);
  for (const auto& entry : entries) result.tensors.insert(entry.key, view_bytes(entry, bytes, data));
  return result;
}

Safetensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string());
}

std::string safetensors_header(const State& tensors, const std::map<std::string, std::string>& metadata) {
  json header = json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t begin = 0;
  for (const auto& item : tensors) {
    const auto& tensor = item.value();
    const uint64_t end = begin + static_cast<uint64_t>(tensor.numel()) * tensor.element_size();
    header[item.key()] = {{"dtype", type_name(item.key(), tensor.scalar_type())},
                          {"shape", tensor.sizes().vec()},
                          {"data_offsets", {begin, end}}};
    begin = end;
  }
  auto text = header.dump();
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');  // aligns the buffer
  std::string length(kLengthBytes, '\0');
  for (size_t i = 0; i < kLengthBytes; ++i) length[i] = static_cast<char>(text.size() >> (8 * i));
  return length + text;
}

std::vector<Tensor> contiguous_tensors(const State& tensors) {
  std::vector<Tensor> result;
  for (const auto& item : tensors) result.push_back(item.value().detach().cpu().contiguous());
  return result;
}

std::string_view bytes_of(const Tensor& contiguous) {
  return {static_cast<const char*>(contiguous.const_data_ptr()), contiguous.nbytes()};
}

void write_safetensors(const std::filesystem::path& path, const State& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const auto header = safetensors_header(tensors, metadata);
  const auto contiguous = contiguous_tensors(tensors);
  std::vector<std::string_view> pieces{header};
  for (const auto& tensor : contiguous) pieces.push_back(bytes_of(tensor));
  write_file(path, pieces);
}

}  // namespace reszoo
