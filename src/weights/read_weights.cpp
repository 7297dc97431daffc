// How each format is told by its content, and what reads it.
#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/weights/torchscript.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMostHeader = 100'000'000;  // bytes

std::string first_bytes(const fs::path& path, size_t most) {
  if (fs::is_directory(path)) fail(ErrorKind::file, "{}: is a folder, not a file", path.string());
  std::ifstream stream(path, std::ios::binary);
  if (!stream) fail(ErrorKind::file, "{}: cannot be opened ({})", path.string(), std::strerror(errno));
  std::string bytes(most, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(most));
  bytes.resize(static_cast<size_t>(stream.gcount()));
  return bytes;
}

uint64_t header_length(const std::string& start) {
  uint64_t length = 0;
  if (start.size() >= sizeof length) std::memcpy(&length, start.data(), sizeof length);
  return length;
}

/// Tells a model file from other safetensors by its metadata. Either of its two
/// keys will do: a damaged byte must not turn it into a file without a digest.
WeightsKind safetensors_kind(const fs::path& path, uint64_t length) {
  const auto bytes = first_bytes(path, sizeof length + std::min(length, fs::file_size(path)));
  const auto header = nlohmann::json::parse(
      bytes.begin() + sizeof length, bytes.end(),
      [](int depth, auto, const nlohmann::json&) { return depth <= 2; },  // deeper is not metadata
      /*allow_exceptions=*/false);
  const auto metadata = header.is_object() ? header.value("__metadata__", nlohmann::json()) : nlohmann::json();
  return metadata.contains("reszoo") || metadata.contains("digest") ? WeightsKind::model_file : WeightsKind::safetensors;
}

/// TorchScript and `torch.save` both write zip archives; only the first has constants.
WeightsKind zip_kind(const fs::path& path) {
  try {
    caffe2::serialize::PyTorchStreamReader reader(path.string());
    if (reader.hasRecord("constants.pkl")) return WeightsKind::torchscript;
    return reader.hasRecord("data.pkl") ? WeightsKind::pth : WeightsKind::unknown;
  } catch (const std::exception& error) {
    fail(ErrorKind::file, "{}: zip archive is damaged or cut off: {}", path.string(), message_of(error));
  }
}

State model_weights(const fs::path& path, const LoadOptions& options) {
  State weights("key");
  for (const auto& item : read_model_file(path, {.verify = options.verify}).tensors)
    if (!item.key().starts_with("reszoo.")) weights.insert(item.key(), item.value());
  return weights;
}

}  // namespace

WeightsKind detect_weights(const fs::path& path) {
  const auto start = first_bytes(path, 16);
  if (start.starts_with("PK\x03\x04")) return zip_kind(path);
  if (start.starts_with("\x80\x02")) return WeightsKind::pth;  // the pickle of PyTorch before 1.6
  const auto length = header_length(start);
  if (start.size() > sizeof length && start[sizeof length] == '{' && length <= kMostHeader)
    return safetensors_kind(path, length);
  return WeightsKind::unknown;
}

State read_weights(const fs::path& path, const LoadOptions& options) {
  switch (detect_weights(path)) {
    case WeightsKind::safetensors: return read_safetensors(path).tensors;
    case WeightsKind::model_file: return model_weights(path, options);
    case WeightsKind::torchscript: return read_torchscript(path);
    case WeightsKind::pth:
      fail(ErrorKind::file, "{}: a PyTorch state_dict (.pth) is not read yet; save it as .safetensors or TorchScript",
           path.string());
    case WeightsKind::unknown: break;
  }
  fail(ErrorKind::file, "{}: is not a weights file; reszoo model files, .safetensors and TorchScript are read",
       path.string());
}

}  // namespace reszoo
