// How each format is told by its content, and what reads it.
#include "reszoo/weights/read.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "archive.h"
#include "model_file_check.h"
#include "reszoo/weights/quantized.h"
#include "reszoo/base/error.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/weights/torchscript.h"
#include "safetensors_index.h"
#include "safetensors_layout.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Whether it begins as a safetensors file: a length and a JSON object.
bool starts_as_safetensors(std::string_view bytes) {
  uint64_t length = 0;
  if (bytes.size() <= sizeof length || bytes[sizeof length] != '{') return false;
  std::memcpy(&length, bytes.data(), sizeof length);
  return length <= kMostHeader;
}

/// Whether it begins as a pickle of protocol 2 to 5.
bool starts_as_pickle(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5;
}

/// Either of its two keys will do: a damaged byte must not turn a model file into
/// a file without a digest.
bool is_model_file(const std::map<std::string, std::string>& metadata) {
  return metadata.contains("reszoo") || metadata.contains("digest");
}

/// TorchScript and `torch.save` both write zip archives; only the first has constants.
WeightsKind zip_kind(const Bytes& bytes, const std::string& source) {
  const Archive archive(bytes, source, /*verify=*/false);
  if (archive.has("constants.pkl")) return WeightsKind::torchscript;
  const auto compiled = archive.root() + "data/aotinductor/";
  for (const auto& entry : archive.zip().entries())
    if (entry.name.starts_with(compiled)) return WeightsKind::package;
  return archive.has("data.pkl") ? WeightsKind::pth : WeightsKind::unknown;
}

State without_extras(const State& tensors) {
  State weights("key");
  for (const auto& item : tensors)
    if (!item.key().starts_with("reszoo.")) weights.insert(item.key(), item.value());
  return weights;
}

State safetensors_weights(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  auto file = parse_safetensors(bytes, source);
  if (!is_model_file(file.metadata)) return std::move(file.tensors);
  return dequantized(without_extras(check_model_file(std::move(file), source, options).tensors), source);
}

/// What the first bytes say; a safetensors file may still be a model file.
WeightsKind rough_kind(const Bytes& bytes, const std::string& source) {
  const auto start = bytes.view();
  // First, for a header of 640 bytes begins as a pickle does.
  if (starts_as_safetensors(start)) return WeightsKind::safetensors;
  if (start.starts_with("PK\x03\x04")) return zip_kind(bytes, source);
  if (starts_as_pickle(start)) return WeightsKind::pth;  // of PyTorch before 1.6
  if (looks_like_index(start)) return WeightsKind::safetensors_index;
  return WeightsKind::unknown;
}

}  // namespace

WeightsKind detect_weights(const Bytes& bytes, const std::string& source) {
  const auto kind = rough_kind(bytes, source);
  const bool model = kind == WeightsKind::safetensors && is_model_file(parse_safetensors(bytes, source).metadata);
  return model ? WeightsKind::model_file : kind;
}

WeightsKind detect_weights(const fs::path& path) {
  return detect_weights(Bytes::map(path), path.string());
}

State read_weights(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  switch (rough_kind(bytes, source)) {
    case WeightsKind::pth: return read_pth(bytes, source, options);
    case WeightsKind::torchscript: return read_torchscript(bytes, source, options);
    case WeightsKind::safetensors:
    case WeightsKind::model_file: return safetensors_weights(bytes, source, options);
    case WeightsKind::safetensors_index:
      fail(ErrorKind::file, "{}: is an index of safetensors files; give its path, for the files are beside it", source);
    case WeightsKind::package:
      fail(ErrorKind::file, "{}: is a compiled package; it can be run, but its weights are not read", source);
    case WeightsKind::unknown: break;
  }
  fail(ErrorKind::file, "{}: is not a weights file; .pth, .safetensors, TorchScript and reszoo model files are read",
       source);
}

State read_weights(const fs::path& path, const ReadOptions& options) {
  const auto bytes = Bytes::map(path);
  if (rough_kind(bytes, path.string()) == WeightsKind::safetensors_index) return read_safetensors_index(path);
  return read_weights(bytes, path.string(), options);
}

}  // namespace reszoo
