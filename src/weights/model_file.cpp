#include "reszoo/weights/model_file.h"

#include "base/card.h"
#include "model_file_check.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/digest.h"
#include "reszoo/base/error.h"
#include "reszoo/weights/safetensors.h"
#include "safetensors_layout.h"

namespace reszoo {

using nlohmann::json;

void write_model_file(const std::filesystem::path& path, json card, const StateDict& tensors) {
  if (!card.is_object()) fail(ErrorKind::usage, "model file: the card must be a JSON object, got {}", card.type_name());
  card["format_version"] = kModelFileVersion;
  std::string text;
  try {
    text = card.dump();
  } catch (const json::exception& error) {
    fail(ErrorKind::input, "model file: the card must be UTF-8 text; {}", message_of(error));
  }
  auto layout = lay_out(tensors, {{"digest", kBlankDigest}, {"format", "pt"}, {"reszoo", text}});
  layout.header.replace(place_of_digest(layout.header, kBlankDigest), kDigestDigits, digest_of(layout.pieces()));
  write_file(path, layout.pieces());
}

ModelFile check_model_file(Safetensors file, const std::string& source, const ReadOptions& options) {
  return {read_card(file.metadata, file.bytes.view(), source, options.verify, kModelFileVersion),
          std::move(file.tensors)};
}

ModelFile parse_model_file(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  return check_model_file(parse_safetensors(bytes, source), source, options);
}

ModelFile read_model_file(const std::filesystem::path& path, const ReadOptions& options) {
  return parse_model_file(Bytes::map(path), path.string(), options);
}

}  // namespace reszoo
