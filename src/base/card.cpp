#include "base/card.h"

#include "reszoo/base/digest.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using nlohmann::json;

constexpr int kMostCardDepth = 64;  // deeper values of hostile metadata are dropped before they are built
constexpr std::string_view kDigestField = "\"digest\":\"";

/// Computes the digest of the bytes, with zeros in place of the stated digest.
std::string digest_of_file(std::string_view file, const std::string& stated) {
  const auto digits = place_of_digest(file, stated);
  if (digits == std::string_view::npos || stated.size() != kDigestDigits) return "";
  return digest_of({file.substr(0, digits), kBlankDigest, file.substr(digits + kDigestDigits)});
}

json parse_card(const std::string& text, const std::string& source, int64_t newest) {
  const auto shallow = [](int depth, json::parse_event_t, const json&) { return depth <= kMostCardDepth; };
  const auto card = json::parse(text, shallow, /*allow_exceptions=*/false);
  if (!card.is_object() || !card.contains("format_version") || !card["format_version"].is_number_integer())
    fail(ErrorKind::file, "{}: the card must be a JSON object with a format_version, the file is damaged", source);
  const auto version = card["format_version"].get<int64_t>();
  if (version > newest)
    fail(ErrorKind::file, "{}: written by a newer reszoo, format_version {}, this one reads up to {}", source, version,
         newest);
  if (version < 1) fail(ErrorKind::file, "{}: format_version must be positive, got {}", source, version);
  return card;
}

}  // namespace

// The digest field is found by its text, which occurs only once, because quotes in the card are escaped.
size_t place_of_digest(std::string_view file, std::string_view digits) {
  const auto field = file.find(fmt::format("{}{}\"", kDigestField, digits));
  return field == std::string_view::npos ? field : field + kDigestField.size();
}

json read_card(const std::map<std::string, std::string>& metadata, std::string_view file, const std::string& source,
               bool verify, int64_t newest) {
  const auto card = metadata.find("reszoo"), digest = metadata.find("digest");
  if (card == metadata.end() || digest == metadata.end())
    fail(ErrorKind::file, "{}: is not a reszoo model file, its metadata has no {}", source,
         card == metadata.end() ? "\"reszoo\"" : "\"digest\"");
  auto parsed = parse_card(card->second, source, newest);
  if (verify && digest_of_file(file, digest->second) != digest->second)
    fail(ErrorKind::file, "{}: digest does not match, the file is damaged", source);
  return parsed;
}

}  // namespace reszoo
