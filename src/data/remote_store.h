/// Files and folders of object stores, by Arrow's file systems. Private.
#pragma once
#include <arrow/io/interfaces.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

// All functions take plain URLs. They throw: Error (file) in one line that begins with the URL, for a missing file or
// bucket, for keys that are refused, and for a connection that fails several times.

inline constexpr std::string_view kStoreSchemes[] = {"s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs"};

/// Returns whether a path is a URL of a store that Arrow reads: s3, gs, abfs, hdfs.
bool is_store_url(const std::filesystem::path& path);

/// Opens a file for reading by ranges. Small reads are served from larger blocks; a read that fails is tried again.
std::shared_ptr<arrow::io::RandomAccessFile> open_remote(const std::filesystem::path& url);

/// A file in a folder of a store.
struct RemoteFile {
  std::filesystem::path url;
  int64_t size;  ///< bytes
};

/// Returns whether the URL is a folder: a prefix of files.
bool is_remote_folder(const std::filesystem::path& url);

/// Returns the files below a folder, at any depth, sorted by name.
std::vector<RemoteFile> remote_files_in(const std::filesystem::path& folder);

}  // namespace reszoo
