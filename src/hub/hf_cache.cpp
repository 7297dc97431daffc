#include "hf_cache.h"

#include <unistd.h>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Returns the name of the repository's folder: models--owner--name.
std::string folder_name(std::string name) {
  for (size_t slash = 0; (slash = name.find('/', slash)) != std::string::npos;) name.replace(slash, 1, "--");
  return "models--" + name;
}

bool is_file(const fs::path& path) {
  std::error_code unreadable;
  return fs::is_regular_file(path, unreadable);
}

}  // namespace

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(ErrorKind::file, "{}: cannot make the folder ({})", folder.string(), error.message());
}

HubCache::HubCache(const HubRepository& repository)
    : cache_(hub_cache_folder()), folder_(cache_ / folder_name(repository.name)), revision_(repository.revision) {}

std::string HubCache::commit() const {
  const auto ref = folder_ / "refs" / revision_;
  if (!is_file(ref)) return "";
  auto commit = read_file(ref);
  commit.erase(commit.find_last_not_of(" \r\n") + 1);
  // It becomes a part of paths.
  return commit.find_first_not_of("0123456789abcdef") == std::string::npos ? commit : "";
}

fs::path HubCache::snapshot() const {
  const auto known = commit();
  return folder_ / "snapshots" / (known.empty() ? revision_ : known);
}

fs::path HubCache::lock(const std::string& tag) const {
  return cache_ / ".locks" / folder_.filename() / (tag + ".lock");
}

void HubCache::write_commit(const std::string& commit) const {
  if (commit == revision_ || commit == this->commit()) return;
  const auto ref = folder_ / "refs" / revision_;
  make_folder(ref.parent_path());
  write_file(ref, commit);
}

void HubCache::link(const std::string& commit, const std::string& file, const std::string& tag) const {
  const auto path = folder_ / "snapshots" / commit / file;
  make_folder(path.parent_path());
  // Made under another name first, so that a process never finds the file missing.
  const auto made = fs::path(fmt::format("{}.{}.link", path.string(), ::getpid()));
  std::error_code error;
  fs::remove(made, error);
  fs::create_symlink(fs::path("../../blobs") / tag, made, error);
  if (error) fs::copy_file(blob(tag), made, error);  // a file system without links
  if (!error) fs::rename(made, path, error);
  if (error) fail(ErrorKind::file, "{}: cannot be made a link to its content ({})", path.string(), error.message());
}

bool HubCache::lacks(const std::string& file) const { return is_file(folder_ / ".no_exist" / commit() / file); }

void HubCache::write_lack(const std::string& commit, const std::string& file) const {
  make_folder(folder_ / ".no_exist" / commit);
  write_file(folder_ / ".no_exist" / commit / file, "");
}

FileDigest digest_of_link(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return {};
  return digest_of_tag(fs::read_symlink(path, error).filename().string());
}

}  // namespace reszoo
