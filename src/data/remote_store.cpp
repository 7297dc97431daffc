#include "remote_store.h"

#include <arrow/filesystem/filesystem.h>
#include <arrow/util/config.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>

#include "remote_error.h"
#include "remote_reads.h"
#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// A file system of Arrow, and the path of a URL in it.
struct RemotePlace {
  std::shared_ptr<arrow::fs::FileSystem> store;
  std::string path;
};

/// The stores that are open, by the part of the URL before the path and by its options.
struct OpenStores {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<arrow::fs::FileSystem>> stores;
};

OpenStores& open_stores() {
  static auto* stores = new OpenStores;  // used by a function at exit
  return *stores;
}

/// Ends the threads and connections of the stores. It is called at exit, before the libraries' own objects are
/// destroyed, so that nothing hangs or is said then.
void close_stores() {
  open_stores().stores.clear();
  arrow::fs::EnsureFinalized();
}

/// In Arrow's wheels S3 is a library of its own, which is loaded when it is first needed. Elsewhere it is compiled in.
void load_s3() { static const auto status = arrow::fs::LoadFileSystemFactories("libarrow_s3.so." ARROW_SO_VERSION); }

/// Without a limit Google's client tries for a quarter of an hour.
std::string with_limits(std::string url) {
  if (!url.starts_with("gs") && !url.starts_with("gcs")) return url;
  if (url.find("retry_limit_seconds=") == std::string::npos)
    url += (url.find('?') == std::string::npos ? "?" : "&") + std::string("retry_limit_seconds=30");
  return url;
}

std::string key_of_store(const std::string& url) {
  const auto host = url.find("://") + 3, question = std::min(url.find('?'), url.size());
  return url.substr(0, std::min(url.find('/', host), question)) + url.substr(question);
}

/// Arrow returns errors, but the clients below it also throw.
template <typename Action>
auto guarded(const fs::path& url, Action action) {
  try {
    auto result = action();
    if (!result.ok()) fail_remote(url, result.status());
    return std::move(result).ValueUnsafe();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail_remote(url, arrow::Status::IOError(error.what()));
  }
}

RemotePlace remote_place(const fs::path& url) {
  const auto full = with_limits(full_url(url));
  auto& open = open_stores();
  const std::lock_guard lock(open.mutex);
  auto& store = open.stores[key_of_store(full)];
  RemotePlace place;
  place.store = guarded(url, [&]() -> arrow::Result<std::shared_ptr<arrow::fs::FileSystem>> {
    if (store) {
      ARROW_ASSIGN_OR_RAISE(place.path, store->PathFromUri(full));
      return store;
    }
    if (scheme_of(url) == "s3") load_s3();
    return arrow::fs::FileSystemFromUri(full, &place.path);
  });
  if (!store) std::atexit(close_stores);
  store = place.store;
  return place;
}

arrow::fs::FileType type_of(const fs::path& url, const RemotePlace& place) {
  return guarded(url, [&] { return tried([&] { return place.store->GetFileInfo(place.path); }); }).type();
}

/// Throws the error for a file that is not there: perhaps its bucket is not.
[[noreturn]] void fail_missing(const fs::path& url, const RemotePlace& place) {
  const auto bucket = place.path.substr(0, place.path.find('/'));
  const bool has_buckets = scheme_of(url) == "s3" || scheme_of(url).starts_with("g");
  if (has_buckets && type_of(url, {place.store, bucket}) == arrow::fs::FileType::NotFound)
    fail(ErrorKind::file, "{}: there is no such bucket", url.string());
  fail(ErrorKind::file, "{}: there is no such file or folder", url.string());
}

}  // namespace

bool is_store_url(const fs::path& path) {
  const auto scheme = scheme_of(path);
  return std::find(std::begin(kStoreSchemes), std::end(kStoreSchemes), scheme) != std::end(kStoreSchemes);
}

std::shared_ptr<arrow::io::RandomAccessFile> open_remote(const fs::path& url) {
  const auto place = remote_place(url);
  const auto type = type_of(url, place);
  if (type == arrow::fs::FileType::NotFound) fail_missing(url, place);
  if (type == arrow::fs::FileType::Directory) fail(ErrorKind::file, "{}: is a folder, not a file", url.string());
  return guarded(url, [&] {
    return tried([&]() -> arrow::Result<std::shared_ptr<arrow::io::RandomAccessFile>> {
      ARROW_ASSIGN_OR_RAISE(auto file, place.store->OpenInputFile(place.path));
      return read_in_blocks(std::move(file), url);
    });
  });
}

bool is_remote_folder(const fs::path& url) {
  const auto place = remote_place(url);
  const auto type = type_of(url, place);
  if (type == arrow::fs::FileType::NotFound) fail_missing(url, place);
  return type == arrow::fs::FileType::Directory;
}

std::vector<RemoteFile> remote_files_in(const fs::path& folder) {
  const auto place = remote_place(folder);
  arrow::fs::FileSelector below;
  below.base_dir = place.path;
  below.recursive = true;
  std::vector<RemoteFile> files;
  for (const auto& info : guarded(folder, [&] { return tried([&] { return place.store->GetFileInfo(below); }); }))
    if (info.IsFile()) {
      auto within = info.path().substr(std::min(place.path.size(), info.path().size()));
      within.erase(0, within.find_first_not_of('/'));
      files.push_back({folder / within, info.size()});
    }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.url < b.url; });
  return files;
}

}  // namespace reszoo
