#include "reszoo/base/remote_path.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// What the program knows of URLs.
struct UrlBook {
  std::mutex mutex;
  std::map<std::string, std::pair<std::string, std::string>> given;  // user and options, by key_of
  std::map<std::string, FetchUrl> fetch;                             // by scheme
  std::map<std::string, fs::path> copies;                            // by full URL
};

UrlBook& url_book() {
  static UrlBook book;
  return book;
}

/// A URL cut into pieces, which are it again one behind the other.
struct UrlParts {
  std::string scheme, user, host, path, options;  // "s3://", "key:secret@", "bucket", "/a.csv", "?region=x"
};

UrlParts parts_of(const std::string& url) {
  const auto begin = url.find("://") + 3;
  const auto options = std::min(url.find('?'), url.size()), path = std::min(url.find('/', begin), options);
  const auto authority = url.substr(begin, path - begin);
  // The container of abfs://container@account is a name; what other stores have there is a user or a key.
  const auto at = url.starts_with("abfs") ? std::string::npos : authority.rfind('@');
  const auto host = at == std::string::npos ? 0 : at + 1;
  return {url.substr(0, begin), authority.substr(0, host), authority.substr(host), url.substr(path, options - path),
          url.substr(options)};
}

/// Options of an object store are those of a bucket; a web server's belong to one file.
std::string key_of(const UrlParts& parts) {
  return parts.scheme + parts.host + (parts.scheme.starts_with("http") ? parts.path : "");
}

/// Fetches a URL to a temporary file and returns the path of its descriptor, which stays open: the file has no name.
fs::path fetched_copy(const std::string& url, const FetchUrl& fetch) {
  auto folder = (fs::temp_directory_path() / "reszoo-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    fail(ErrorKind::file, "{}: a temporary folder cannot be made ({}); TMPDIR names another one", folder,
         std::strerror(errno));
  const struct Removed {
    fs::path folder;
    ~Removed() {
      std::error_code ignored;
      fs::remove_all(folder, ignored);
    }
  } removed{folder};
  const auto path = fs::path(folder) / "file";
  fetch(url, path);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail(ErrorKind::file, "{}: cannot be opened ({})", path.string(), std::strerror(errno));
  return fs::path("/proc/self/fd") / std::to_string(file);
}

}  // namespace

std::string scheme_of(const fs::path& path) {
  const auto& text = path.native();
  const auto colon = text.find("://");
  if (colon == std::string::npos || colon < 2) return "";  // one letter would be a drive
  std::string scheme = text.substr(0, colon);
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool valid = scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") == std::string::npos;
  return valid ? scheme : "";
}

fs::path plain_url(const fs::path& path) {
  if (!is_url(path)) return path;
  const auto parts = parts_of(path.native());
  if (!parts.user.empty() || !parts.options.empty()) {
    auto& book = url_book();
    const std::lock_guard lock(book.mutex);
    book.given[key_of(parts)] = {parts.user, parts.options};
  }
  return parts.scheme + parts.host + parts.path;
}

std::string full_url(const fs::path& path) {
  auto parts = parts_of(plain_url(path).native());
  auto& book = url_book();
  const std::lock_guard lock(book.mutex);
  if (const auto found = book.given.find(key_of(parts)); found != book.given.end())
    std::tie(parts.user, parts.options) = found->second;
  return parts.scheme + parts.user + parts.host + parts.path + parts.options;
}

void register_scheme(const std::string& scheme, FetchUrl fetch) {
  auto& book = url_book();
  const std::lock_guard lock(book.mutex);
  book.fetch[scheme] = std::move(fetch);
}

fs::path local_file(const fs::path& path) {
  const auto scheme = scheme_of(path);
  if (scheme.empty()) return path;
  const auto plain = plain_url(path);
  const auto url = full_url(path);
  auto& book = url_book();
  FetchUrl fetch;
  {
    const std::lock_guard lock(book.mutex);
    if (const auto found = book.copies.find(url); found != book.copies.end()) return found->second;
    const auto known = book.fetch.find(scheme);
    if (known == book.fetch.end()) {
      std::vector<std::string> schemes;
      for (const auto& [name, unused] : book.fetch) schemes.push_back(name + "://");
      fail(ErrorKind::usage, "{}: files of {}:// are not fetched{}", plain.string(), scheme,
           schemes.empty() ? "; a program calls register_remote_files or register_downloads first"
                           : ", those of " + list(schemes) + " are");
    }
    fetch = known->second;
  }
  const auto copy = fetched_copy(url, fetch);
  const std::lock_guard lock(book.mutex);
  return book.copies.emplace(url, copy).first->second;
}

void refuse_url(const fs::path& path) {
  if (is_url(path))
    fail(ErrorKind::usage, "{}: is a URL; files are written to folders of this computer", plain_url(path).string());
}

}  // namespace reszoo
