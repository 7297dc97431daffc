#include "reszoo/weights/model_file.h"

#include "model_file_check.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/digest.h"
#include "reszoo/base/error.h"
#include "reszoo/weights/safetensors.h"
#include "safetensors_layout.h"

namespace reszoo {
namespace {

using nlohmann::json;

constexpr size_t kDigestDigits = 32;
constexpr int kMostCardDepth = 64;  // deeper values of hostile metadata are dropped before they are built
constexpr std::string_view kDigestField = "\"digest\":\"";
const std::string kBlank(kDigestDigits, '0');

/// Computes the digest of the bytes, with zeros in place of the stated digest. The digest field is found by its text,
/// which occurs only once, because quotes in the model's metadata are escaped.
std::string digest_of_file(std::string_view bytes, const std::string& stated) {
  const auto field = bytes.find(fmt::format("{}{}\"", kDigestField, stated));
  if (field == std::string_view::npos || stated.size() != kDigestDigits) return "";
  const auto digits = field + kDigestField.size();
  return digest_of({bytes.substr(0, digits), kBlank, bytes.substr(digits + kDigestDigits)});
}

json parse_card(const std::string& text, const std::string& source) {
  const auto shallow = [](int depth, json::parse_event_t, const json&) { return depth <= kMostCardDepth; };
  const auto card = json::parse(text, shallow, /*allow_exceptions=*/false);
  if (!card.is_object() || !card.contains("format_version") || !card["format_version"].is_number_integer())
    fail(ErrorKind::file, "{}: the card must be a JSON object with a format_version, the file is damaged", source);
  const auto version = card["format_version"].get<int64_t>();
  if (version > kModelFileVersion)
    fail(ErrorKind::file, "{}: written by a newer reszoo, format_version {}, this one reads up to {}", source, version,
         kModelFileVersion);
  if (version < 1) fail(ErrorKind::file, "{}: format_version must be positive, got {}", source, version);
  return card;
}

}  // namespace

void write_model_file(const std::filesystem::path& path, json card, const StateDict& tensors) {
  if (!card.is_object()) fail(ErrorKind::usage, "model file: the card must be a JSON object, got {}", card.type_name());
  card["format_version"] = kModelFileVersion;
  std::string text;
  try {
    text = card.dump();
  } catch (const json::exception& error) {
    fail(ErrorKind::input, "model file: the card must be UTF-8 text; {}", message_of(error));
  }
  auto layout = lay_out(tensors, {{"digest", kBlank}, {"format", "pt"}, {"reszoo", text}});
  const auto digits = layout.header.find(fmt::format("{}{}\"", kDigestField, kBlank)) + kDigestField.size();
  layout.header.replace(digits, kDigestDigits, digest_of(layout.pieces()));
  write_file(path, layout.pieces());
}

ModelFile check_model_file(Safetensors file, const std::string& source, const ReadOptions& options) {
  const auto card = file.metadata.find("reszoo");
  const auto digest = file.metadata.find("digest");
  if (card == file.metadata.end() || digest == file.metadata.end())
    fail(ErrorKind::file, "{}: is not a reszoo model file, its metadata has no {}", source,
         card == file.metadata.end() ? "\"reszoo\"" : "\"digest\"");
  auto parsed = parse_card(card->second, source);
  if (options.verify && digest_of_file(file.bytes.view(), digest->second) != digest->second)
    fail(ErrorKind::file, "{}: digest does not match, the file is damaged", source);
  return {std::move(parsed), std::move(file.tensors)};
}

ModelFile parse_model_file(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  return check_model_file(parse_safetensors(bytes, source), source, options);
}

ModelFile read_model_file(const std::filesystem::path& path, const ReadOptions& options) {
  return parse_model_file(Bytes::map(path), path.string(), options);
}

}  // namespace reszoo
