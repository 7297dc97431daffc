#include "file_kind.h"

#include <arrow/buffer.h>

#include <algorithm>
#include <cctype>
#include <fstream>

#include "arrow_frame.h"
#include "remote_store.h"
#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"
#include "reszoo/base/text.h"
#include "reszoo/data/decode.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

bool is_one_of_names(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_text_start(std::string_view start) {
  // The last character may be cut off.
  for (size_t cut = 0; cut < 4 && cut < start.size(); ++cut)
    if (is_utf8(start.substr(0, start.size() - cut)))
      return std::none_of(start.begin(), start.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f';
      });
  return false;
}

std::string lower_ending(const fs::path& name) {
  auto ending = name.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending;
}

}  // namespace

std::string start_of(const fs::path& path, size_t size) {
  if (is_store_url(path)) {
    const auto name = plain_url(path).string();
    return value_of(open_remote(name)->ReadAt(0, static_cast<int64_t>(size)), name)->ToString();
  }
  std::ifstream stream(local_file(path), std::ios::binary);
  if (!stream) fail(ErrorKind::file, "{}: cannot be opened", path.string());
  std::string start(size, '\0');
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  if (stream.bad()) fail(ErrorKind::file, "{}: cannot be read", path.string());
  start.resize(static_cast<size_t>(stream.gcount()));
  return start;
}

bool is_system_name(const std::string& name) {
  if (name.starts_with('.')) return true;
  auto lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return is_one_of_names(lower, {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "$recycle.bin",
                                 "system volume information", "lost+found"});
}

bool ends_as_image(const fs::path& name) {
  return is_one_of_names(lower_ending(name),
                         {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".npy"});
}

std::string why_no_image(std::string_view start, const fs::path& name) {
  if (start.empty()) return "empty file*";
  if (const auto format = image_format(start)) return format->is_read ? "" : format->name + " image*";
  if (ends_as_image(name)) return "";
  if (is_text_start(start)) return "text file*";
  const auto ending = lower_ending(name);
  const bool plain =
      ending.size() > 1 && ending.size() <= 10 &&
      std::all_of(ending.begin() + 1, ending.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
  return plain ? fmt::format("{} file*", ending.substr(1)) : "other file*";
}

}  // namespace reszoo
