// The card of a model file: the JSON text in the metadata of a safetensors file that describes its model.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace reszoo {

/// The number of digits of a digest, and what stands in their place while it is computed.
inline constexpr size_t kDigestDigits = 32;
inline const std::string kBlankDigest(kDigestDigits, '0');

/// Returns where the digits are in a file, whose bytes begin with the header, if they are `digits`; npos if they are
/// not there.
size_t place_of_digest(std::string_view file, std::string_view digits);

/// Returns the card of a file with this metadata. `file`: all its bytes. With `verify`, the digest is compared with
/// them.
/// Throws: Error (file), whose message begins with `source`, if the file is not a model file, is damaged, or has a
/// format version above `newest`.
nlohmann::json read_card(const std::map<std::string, std::string>& metadata, std::string_view file,
                         const std::string& source, bool verify, int64_t newest);

}  // namespace reszoo
