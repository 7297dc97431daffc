/// Computes SHA-256 digests of files.
#pragma once
#include <filesystem>
#include <string>

namespace reszoo {

/// Returns the SHA-256 of a file as 64 lower-case hexadecimal digits.
///
/// Throws: Error (file) if it cannot be read.
/// Source: NIST FIPS 180-4.
std::string sha256_of(const std::filesystem::path& path);

}  // namespace reszoo
