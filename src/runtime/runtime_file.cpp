#include "runtime/runtime_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/card.h"
#include "reszoo/base/error.h"
#include "reszoo/preprocess/json_field.h"

namespace reszoo::detail {
namespace {

/// Keeps the bytes of a file.
struct BytesOwner : ArrayOwner {
  explicit BytesOwner(Bytes bytes_) : bytes(std::move(bytes_)) {}

  Bytes bytes;
};

template <typename Value>
Array<Value> array_of(const RuntimeFile& file, const std::string& name) {
  const auto& entries = file.header->entries;
  const auto found = std::ranges::find(entries, name, &SafetensorsEntry::key);
  const auto* dtype = sizeof(Value) == sizeof(float) ? "F32" : "F64";
  if (found == entries.end() || found->dtype != dtype)
    fail(ErrorKind::file, "{}: has no tensor \"{}\" of the type {}", file.source, name, dtype);
  const auto bytes = file.header->bytes_of(*found);
  const auto* data = reinterpret_cast<const Value*>(bytes.view().data());
  if (reinterpret_cast<uintptr_t>(data) % alignof(Value) == 0 || bytes.size() == 0)
    return {found->shape, data, std::make_shared<const BytesOwner>(bytes)};
  std::vector<Value> copy(bytes.size() / sizeof(Value));
  std::memcpy(copy.data(), data, bytes.size());
  return Array<Value>::of(found->shape, std::move(copy));
}

}  // namespace

StoredArrays RuntimeFile::arrays() const {
  return {[file = *this](const std::string& name) { return array_of<float>(file, name); },
          [file = *this](const std::string& name) { return array_of<double>(file, name); }};
}

FittedNumbers RuntimeFile::fitted() const {
  FittedNumbers fitted;
  for (const auto& entry : header->entries) {
    if (!entry.key.starts_with(kPreprocessNames)) continue;
    const auto values = array_of<double>(*this, entry.key);
    auto& list = fitted[entry.key.substr(kPreprocessNames.size())];
    list.assign(values.data(), values.data() + values.count());
    if (!std::ranges::all_of(list, [](double value) { return std::isfinite(value); }))
      fail(ErrorKind::file, "{}: {} must be finite", source, entry.key);
  }
  return fitted;
}

RuntimeFile open_runtime_file(const Bytes& bytes, const std::string& source, bool verify) {
  auto header = std::make_shared<const SafetensorsHeader>(parse_safetensors_header(bytes, source));
  auto card = read_card(header->metadata, bytes.view(), source, verify, kRuntimeFileVersion);
  if (const auto kind = json_field<std::string>(card, "kind", source); kind != "runtime")
    fail(ErrorKind::file, "{}: is no file for the runtime but a {}; convert it: convert {} OUT.safetensors --runtime",
         source, kind, source);
  return {std::move(card), std::move(header), source};
}

}  // namespace reszoo::detail
