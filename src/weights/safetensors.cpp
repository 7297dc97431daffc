#include "reszoo/weights/safetensors.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "base/safetensors_header.h"
#include "reszoo/base/error.h"
#include "safetensors_layout.h"

namespace reszoo {
namespace {

using nlohmann::json;

/// Returns the aliases that reszoo listed when it wrote the file.
std::set<std::string> listed_aliases(const std::map<std::string, std::string>& metadata) {
  std::set<std::string> names;
  const auto entry = metadata.find(kAliases);
  const auto list = entry == metadata.end() ? json() : json::parse(entry->second, nullptr, /*allow_exceptions=*/false);
  for (const auto& name : list.is_array() ? list : json::array())
    if (name.is_string()) names.insert(name.get<std::string>());
  return names;
}

/// Turns metadata entries that are aliases of a tensor into tensors.
void restore_aliases(Safetensors& file) {
  std::vector<std::pair<std::string, Tensor>> aliases;
  const auto listed = listed_aliases(file.metadata);
  for (const auto& [name, text] : file.metadata)
    if (!kOwnMetadata.contains(name) && !file.tensors.contains(name) && file.tensors.contains(text) &&
        (listed.contains(name) || is_named_as_alias(name, text)))
      aliases.emplace_back(name, file.tensors[text]);
  file.metadata.erase(kAliases);
  for (const auto& [name, tensor] : aliases) {
    file.tensors.insert(name, tensor);
    file.metadata.erase(name);
  }
}

at::ScalarType type_of(const SafetensorsEntry& item, const std::string& source) {
  for (const auto& [name, type] : kSafetensorsTypes)
    if (item.dtype == name) return type;
  fail(ErrorKind::file, "{}: tensor \"{}\": unknown dtype {}", source, item.key, item.dtype);
}

Tensor tensor_of(const SafetensorsEntry& item, const Bytes& bytes, const std::string& source) {
  const auto type = type_of(item, source);
  if (bytes.size() == 0) return at::empty(item.shape, type);
  const auto view = bytes.view();
  if (type == at::kBool && std::ranges::any_of(view, [](char byte) { return byte != 0 && byte != 1; }))
    fail(ErrorKind::file, "{}: tensor \"{}\": a BOOL must be 0 or 1", source, item.key);
  if (bytes.writable() && reinterpret_cast<uintptr_t>(view.data()) % c10::elementSize(type) == 0)
    return at::from_blob(
        bytes.writable(), item.shape, [keep = bytes.owner()](void*) {}, at::TensorOptions(type));
  auto copy = at::empty(item.shape, type);
  std::memcpy(copy.mutable_data_ptr(), view.data(), view.size());
  return copy;
}

}  // namespace

Safetensors parse_safetensors(const Bytes& bytes, const std::string& source) {
  auto header = parse_safetensors_header(bytes, source);
  Safetensors result{StateDict("key"), std::move(header.metadata), bytes};
  for (const auto& item : header.entries)
    result.tensors.insert(item.key, tensor_of(item, header.bytes_of(item), source));
  restore_aliases(result);
  return result;
}

Safetensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(Bytes::map(path), path.string());
}

}  // namespace reszoo
