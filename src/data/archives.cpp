#include "archives.h"

#include <fstream>

#include "file_kind.h"
#include "image_tree.h"
#include "input.h"
#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"
#include "spill_file.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Returns the bytes of an archive; those of a compressed one are in a temporary file.
Bytes bytes_of_archive(const fs::path& path) {
  std::ifstream stream(local_file(path), std::ios::binary);
  if (!stream) fail(ErrorKind::file, "{}: cannot be opened", path.string());
  Input input(stream, path.string());
  if (input.is_plain()) return Bytes::map(path);
  SpillFile spill;
  constexpr int64_t block = int64_t{1} << 20;
  for (std::string part; input.append(part, block) > 0; part.clear()) spill.append(part);
  return spill.map();
}

bool is_system_member(const fs::path& name) {
  for (const auto& part : name)
    if (part != "." && is_system_name(part.string())) return true;
  return false;
}

}  // namespace

Archives open_archives(const fs::path& path) {
  Archives all;
  if (fs::is_directory(path)) all.left_out = other_files_in(path, is_archive);
  for (const auto& file : data_files(path, is_archive)) {
    const auto archive = all.paths.size();
    all.paths.push_back(file);
    all.bytes.push_back(bytes_of_archive(file));
    auto index = read_tar_index(all.bytes.back().view(), file.string());
    all.left_out.add("link* in an archive", file.filename().string(), index.links);
    for (auto& member : index.members) {
      if (is_system_member(member.name)) continue;
      const auto start = all.bytes.back().view().substr(member.begin, std::min(member.size, kKindBytes));
      const auto why = why_no_image(start, member.name);
      (why.empty() ? all.images : all.others).push_back({archive, std::move(member)});
    }
  }
  if (all.images.empty()) fail(ErrorKind::input, "{}: no image among the {} members", path.string(), all.others.size());
  return all;
}

EncodedImages images_of(const Archives& archives, const std::vector<ArchiveMember>& members) {
  EncodedImages images;
  auto parts = std::make_shared<std::vector<Bytes>>();
  for (const auto& member : members) {
    images.names.push_back(archives.name(member));
    parts->push_back(archives.bytes[member.archive].part(member.file.begin, member.file.size));
  }
  images.map = images.read = [parts](int64_t image) { return (*parts)[static_cast<size_t>(image)]; };
  return images;
}

void leave_out_members(const Archives& archives, const std::vector<ArchiveMember>& others, LeftOut& left) {
  for (const auto& member : others)
    left.add(why_no_image(archives.content(member).substr(0, kKindBytes), member.file.name), archives.name(member));
}

DataPart part_of_archive(const Archives& archives, size_t archive, const fs::path& root) {
  auto within = archives.paths[archive].lexically_relative(root);
  if (within.empty() || within == ".") within = archives.paths[archive].filename();
  return part_in_path(within.string()).value_or(DataPart::train);
}

bool is_archive(const fs::path& path) {
  const auto name = path.filename().string();
  for (const auto* ending : {".tar", ".tar.gz", ".tgz", ".tar.zst"})
    if (name.ends_with(ending)) return true;  // the reader says what is wrong with it
  try {
    const auto start = start_of(path);
    if (is_tar(start)) return true;
    if (!start.starts_with("\x1f\x8b") && !start.starts_with("\x28\xb5\x2f\xfd")) return false;
    std::ifstream stream(local_file(path), std::ios::binary);
    return is_tar(Input(stream, path.string()).start(kKindBytes));
  } catch (const Error&) {
    return false;
  }
}

FoundImages images_in_archives(const fs::path& path) {
  const auto archives = open_archives(path);
  FoundImages found{images_of(archives, archives.images), archives.left_out};
  leave_out_members(archives, archives.others, found.left_out);
  return found;
}

}  // namespace reszoo
