#include "reszoo/weights/model_file.h"

#include <xxhash.h>

#include "reszoo/base/error.h"
#include "reszoo/base/file.h"

namespace reszoo {
namespace {

using nlohmann::json;

constexpr size_t kDigestLetters = 32;

/// XXH3 of pieces one after the other.
std::string digest_of(const std::vector<std::string_view>& pieces) {
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), XXH3_freeState);
  XXH3_128bits_reset(state.get());
  for (const auto piece : pieces) XXH3_128bits_update(state.get(), piece.data(), piece.size());
  const auto hash = XXH3_128bits_digest(state.get());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

/// Where the digest's letters stand in a file that begins with the header. It is
/// found by its own text, so the JSON need not be in an order of ours.
size_t find_digest(std::string_view bytes, const std::string& digest, const std::string& source) {
  const auto place = bytes.find("\"digest\":\"" + digest + "\"");
  if (digest.size() != kDigestLetters || place == std::string_view::npos)
    fail(ErrorKind::file, "{}: damaged: it has no digest", source);
  return place + std::string_view("\"digest\":\"").size();
}

}  // namespace

void write_model_file(const std::filesystem::path& path, const ModelFile& file) {
  auto card = file.card;
  card["format_version"] = kModelFileVersion;
  const std::string zeros(kDigestLetters, '0');
  auto header = safetensors_header(file.tensors, {{"format", "pt"}, {"reszoo", card.dump()}, {"digest", zeros}});
  const auto contiguous = contiguous_tensors(file.tensors);
  std::vector<std::string_view> pieces{header};
  for (const auto& tensor : contiguous) pieces.push_back(bytes_of(tensor));
  const auto digest = digest_of(pieces);
  header.replace(find_digest(header, zeros, path.string()), kDigestLetters, digest);
  pieces[0] = header;
  write_file(path, pieces);
}

bool is_model_file(const Safetensors& file) { return file.metadata.count("reszoo") > 0; }

ModelFile parse_model_file(Safetensors file, const std::string& source, bool verify) {
  if (!is_model_file(file)) fail(ErrorKind::file, "{}: not a model file of reszoo: a safetensors file without its card", source);
  if (verify) {
    const std::string_view bytes = *file.bytes;
    const auto& digest = file.metadata["digest"];
    const auto place = find_digest(bytes, digest, source);
    const std::string zeros(kDigestLetters, '0');
    if (digest_of({bytes.substr(0, place), zeros, bytes.substr(place + kDigestLetters)}) != digest)
      fail(ErrorKind::file, "{}: damaged: the digest does not match its content", source);
  }
  const auto card = json::parse(file.metadata["reszoo"], nullptr, /*allow_exceptions=*/false);
  if (!card.is_object() || !card.contains("format_version") || !card["format_version"].is_number_integer())
    fail(ErrorKind::file, "{}: damaged: its card is not readable", source);
  if (card["format_version"] > kModelFileVersion)
    fail(ErrorKind::file, "{}: written by a later version of reszoo (format {}, this one reads up to {})", source,
         card["format_version"].get<int64_t>(), kModelFileVersion);
  return {card, std::move(file.tensors)};
}

ModelFile read_model_file(const std::filesystem::path& path, bool verify) {
  return parse_model_file(read_safetensors(path), path.string(), verify);
}

}  // namespace reszoo
