// The table of formats: how each is detected from its content, read and written.
#include "reszoo/weights/read.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "archive.h"
#include "base/safetensors_header.h"
#include "foreign_files.h"
#include "model_file_check.h"
#include "numpy_pickle.h"
#include "reszoo/base/error.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/quantized.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/weights/torchscript.h"
#include "shard_index.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Whether the bytes begin like a safetensors file: a length and a JSON object.
bool starts_as_safetensors(std::string_view bytes) {
  uint64_t length = 0;
  if (bytes.size() <= sizeof length || bytes[sizeof length] != '{') return false;
  std::memcpy(&length, bytes.data(), sizeof length);
  return length <= kMostHeader;
}

/// Whether the bytes begin like a pickle of protocol 2 to 5.
bool starts_as_pickle(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5;
}

/// Whether the bytes begin like a file of PyTorch before 1.6: with a pickle of torch.save's magic number of ten bytes.
bool starts_as_legacy_pth(std::string_view bytes) {
  constexpr std::string_view kLongOfTen = "\x8a\x0a";
  constexpr char kFrame = '\x95';              // in protocols 4 and 5, followed by the length of the frame
  constexpr size_t kHead = 2, kFrameHead = 9;  // bytes
  if (!starts_as_pickle(bytes)) return false;
  const auto rest = bytes.substr(kHead);
  return rest.starts_with(kLongOfTen) ||
         (rest.starts_with(kFrame) && rest.size() > kFrameHead && rest.substr(kFrameHead).starts_with(kLongOfTen));
}

/// Whether the metadata has one of reszoo's two keys. One is enough, so that a damaged byte does not turn a model file
/// into a file without a digest.
bool is_model_file(const std::map<std::string, std::string>& metadata) {
  return metadata.contains("reszoo") || metadata.contains("digest");
}

constexpr std::string_view kZip = "PK\x03\x04";

/// Whether the archive is a package that AOTInductor compiled.
bool has_compiled_code(const Archive& archive) {
  const auto compiled = archive.root() + "data/aotinductor/";
  const auto& entries = archive.zip().entries();
  return std::any_of(entries.begin(), entries.end(),
                     [&](const auto& entry) { return entry.name.starts_with(compiled); });
}

/// Whether the file is an archive of `torch.save`. TorchScript also writes zip archives with a data.pkl, but only
/// TorchScript has constants.
bool is_pth(const Bytes& bytes, const std::string& source) {
  const auto start = bytes.view();
  if (starts_as_pickle(start)) return starts_as_legacy_pth(start);
  if (!start.starts_with(kZip)) return false;
  const Archive archive(bytes, source, /*verify=*/false);
  return archive.has("data.pkl") && !archive.has("constants.pkl") && !has_compiled_code(archive);
}

bool is_torchscript(const Bytes& bytes, const std::string& source) {
  return bytes.view().starts_with(kZip) && Archive(bytes, source, /*verify=*/false).has("constants.pkl");
}

bool is_package(const Bytes& bytes, const std::string& source) {
  return bytes.view().starts_with(kZip) && has_compiled_code(Archive(bytes, source, /*verify=*/false));
}

bool is_index(const Bytes& bytes, const std::string&) { return looks_like_index(bytes.view()); }

bool is_safetensors(const Bytes& bytes, const std::string&) { return starts_as_safetensors(bytes.view()); }

/// Whether the file is a safetensors file with reszoo's metadata.
bool is_model(const Bytes& bytes, const std::string& source) {
  if (!starts_as_safetensors(bytes.view())) return false;
  return is_model_file(parse_safetensors(bytes, source).metadata);
}

StateDict without_extras(const StateDict& tensors) {
  StateDict weights("key");
  for (const auto& item : tensors)
    if (!item.key().starts_with("reszoo.")) weights.insert(item.key(), item.value());
  return weights;
}

StateDict safetensors_weights(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  auto file = parse_safetensors(bytes, source);
  if (!is_model_file(file.metadata)) return std::move(file.tensors);
  return dequantized(without_extras(check_model_file(std::move(file), source, options).tensors), source);
}

StateDict refuse_index(const Bytes&, const std::string& source, const ReadOptions&) {
  fail(ErrorKind::file, "{}: is an index of files with the weights; give its path, for the files are beside it",
       source);
}

StateDict refuse_package(const Bytes&, const std::string& source, const ReadOptions&) {
  fail(ErrorKind::file,
       "{}: is a compiled package, which can be run (--weights of predict), but its weights are not read; give the "
       "file that it was made from",
       source);
}

void write_plain_pth(const fs::path& path, const StateDict& tensors, const std::map<std::string, std::string>&) {
  write_pth(path, tensors);
}

/// The formats in the order in which they are tried. The order matters: a safetensors header of 640 bytes begins like a
/// pickle.
constexpr WeightsFormat kFormats[] = {
    {WeightsKind::safetensors, "safetensors", ".safetensors", is_safetensors, safetensors_weights, ".safetensors",
     write_safetensors},
    {WeightsKind::model_file, "model file", "reszoo model files", is_model, safetensors_weights},
    {WeightsKind::pth, "pth", ".pth", is_pth, read_pth, ".pth", write_plain_pth},
    {WeightsKind::torchscript, "torchscript", "TorchScript", is_torchscript, read_torchscript},
    {WeightsKind::package, "package", "", is_package, refuse_package},
    {WeightsKind::safetensors_index, "index of shards", "indexes of their parts", is_index, refuse_index},
    {WeightsKind::foreign, "NumPy pickle", ".pkl of NumPy arrays", is_pickle, read_numpy_pickle},
};

/// Returns the first format whose reader can read the file, or nullptr. The reader of safetensors files also reads
/// model files, so no header is parsed twice to distinguish them.
const WeightsFormat* reader_of(const Bytes& bytes, const std::string& source) {
  const auto* found = std::find_if(std::begin(kFormats), std::end(kFormats),
                                   [&](const auto& format) { return format.matches(bytes, source); });
  return found == std::end(kFormats) ? nullptr : found;
}

const WeightsFormat& format_of(const Bytes& bytes, const std::string& source) {
  if (const auto* format = reader_of(bytes, source)) return *format;
  if (const auto text = describe_foreign(bytes, source); !text.empty()) fail(ErrorKind::file, "{}: {}", source, text);
  std::vector<std::string_view> described;
  for (const auto& format : kFormats)
    if (!format.described.empty()) described.push_back(format.described);
  fail(ErrorKind::file, "{}: is not a weights file; these are read: {}", source, fmt::join(described, ", "));
}

}  // namespace

const std::vector<WeightsFormat>& weights_formats() {
  static const std::vector<WeightsFormat> formats(std::begin(kFormats), std::end(kFormats));
  return formats;
}

const WeightsFormat* weights_format(const Bytes& bytes, const std::string& source) {
  const auto* format = reader_of(bytes, source);
  if (!format || format->kind != WeightsKind::safetensors || !is_model(bytes, source)) return format;
  return &*std::find_if(std::begin(kFormats), std::end(kFormats),
                        [](const auto& row) { return row.kind == WeightsKind::model_file; });
}

const WeightsFormat* weights_format(const fs::path& path) { return weights_format(Bytes::map(path), path.string()); }

WeightsKind detect_weights(const Bytes& bytes, const std::string& source) {
  const auto* format = weights_format(bytes, source);
  return format ? format->kind : WeightsKind::unknown;
}

WeightsKind detect_weights(const fs::path& path) { return detect_weights(Bytes::map(path), path.string()); }

StateDict read_weights(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  const auto& format = format_of(bytes, source);
  auto state = format.read(bytes, source, options);
  const bool is_pickle =
      format.kind == WeightsKind::pth || format.kind == WeightsKind::foreign;  // done by their readers
  return options.key.empty() || is_pickle ? state : state_under(state, options.key, source);
}

StateDict read_weights(const fs::path& path, const ReadOptions& options) {
  if (fs::is_directory(path)) fail(ErrorKind::file, "{}: {}", path.string(), describe_folder(path));
  check_is_whole(path);
  const auto bytes = Bytes::map(path);
  if (format_of(bytes, path.string()).kind != WeightsKind::safetensors_index)
    return read_weights(bytes, path.string(), options);
  auto parts = options;
  parts.key.clear();
  auto state = read_shards(path, parts);
  return options.key.empty() ? state : state_under(state, options.key, path.string());
}

void write_weights(const fs::path& path, const StateDict& tensors, const std::map<std::string, std::string>& metadata) {
  std::vector<std::string_view> extensions;
  for (const auto& format : kFormats) {
    if (!format.write) continue;
    if (path.extension() == format.extension) return format.write(path, tensors, metadata);
    extensions.push_back(format.extension);
  }
  fail(ErrorKind::usage, "{}: must end in {}", path.string(), fmt::join(extensions, " or "));
}

}  // namespace reszoo
