/// What a file is, from its first bytes and its name. Private.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace reszoo {

/// How many first bytes `why_no_image` needs.
inline constexpr size_t kKindBytes = 512;

/// Returns the first bytes of a file, or all bytes of a shorter file.
/// Throws: Error (file) for a file that cannot be opened or read.
std::string start_of(const std::filesystem::path& path, size_t size = kKindBytes);

/// Returns whether nobody means a file or folder of this name as data: hidden files, and what macOS, Windows and
/// network drives leave in folders.
bool is_system_name(const std::string& name);

/// Returns whether the name ends like that of an image which is read: `.jpg`, `.PNG`, ...
bool ends_as_image(const std::filesystem::path& name);

/// Returns the kind of a file that is no image, for LeftOut: "HEIC image*", "text file*", "empty file*", "mp4 file*";
/// "" for an image, and for a file that is called an image although it does not begin like one.
std::string why_no_image(std::string_view start, const std::filesystem::path& name);

}  // namespace reszoo
