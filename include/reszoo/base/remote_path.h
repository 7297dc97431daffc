/// Paths that are URLs: files in object stores and on web servers.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

namespace reszoo {

/// Returns the scheme of a URL, "s3" of "s3://bucket/rows.csv"; "" for a path of this computer.
std::string scheme_of(const std::filesystem::path& path);

inline bool is_url(const std::filesystem::path& path) { return !scheme_of(path).empty(); }

/// Returns a URL without what must not be in messages and is no part of a name: a user and key before the host, and
/// the options behind `?`. They are remembered, for the bucket of an object store or the file of a web server. Other
/// paths are returned unchanged.
std::filesystem::path plain_url(const std::filesystem::path& path);

/// Returns a URL with the user, key and options that were last given for it.
std::string full_url(const std::filesystem::path& path);

/// Writes the content of a URL to a new local file.
/// Throws: Error (file) that begins with the plain URL if it cannot be read.
using FetchUrl = std::function<void(const std::string& url, const std::filesystem::path& to)>;

/// Says how `local_file` fetches the URLs of a scheme. A program calls `register_remote_files` (reszoo::data) for
/// object stores and `register_downloads` (reszoo::hub) for web servers; the tools do.
void register_scheme(const std::string& scheme, FetchUrl fetch);

/// Returns a path that can be opened: of a URL the path of a copy in the folder for temporary files (TMPDIR), which is
/// fetched once in a program and disappears with it; other paths are returned unchanged.
/// Throws: Error (usage) for a scheme that is not registered; what the fetch throws.
std::filesystem::path local_file(const std::filesystem::path& path);

/// Throws: Error (usage) for a URL, since files are written on this computer only.
void refuse_url(const std::filesystem::path& path);

}  // namespace reszoo
