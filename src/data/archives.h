/// Tar archives of images. Private.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "image_parts.h"
#include "reszoo/base/bytes.h"
#include "tar.h"

namespace reszoo {

/// A member of one of the archives.
struct ArchiveMember {
  size_t archive;
  TarMember file;
};

/// Archives and their members.
struct Archives {
  std::vector<std::filesystem::path> paths;
  std::vector<Bytes> bytes;
  std::vector<ArchiveMember> images, others;
  LeftOut left_out;

  std::string_view content(const ArchiveMember& member) const {
    return bytes[member.archive].view().substr(member.file.begin, member.file.size);
  }
  std::string name(const ArchiveMember& member) const { return (paths[member.archive] / member.file.name).string(); }
};

/// Opens the archives of a path. A compressed one is unpacked to a temporary file.
/// Throws: Error (file) for a damaged archive; Error (input) if no member is an image.
Archives open_archives(const std::filesystem::path& path);

/// Returns members as images.
EncodedImages images_of(const Archives& archives, const std::vector<ArchiveMember>& members);

/// Counts members that are no images by their kind.
void leave_out_members(const Archives& archives, const std::vector<ArchiveMember>& members, LeftOut& left);

/// Returns the part that an archive's path, within `root`, names; train if it names none.
DataPart part_of_archive(const Archives& archives, size_t archive, const std::filesystem::path& root);

/// Reads WebDataset's samples: members with the same name and other endings, `1.jpg` and `1.cls`. `label_columns` is
/// the ending of the labels, or their field in JSON files, which may hold a list. Returns nothing if no image has a
/// label beside it.
/// Throws: Error (input) for a label that is none.
std::optional<ImageParts> read_samples(const Archives& archives, const ImageReadOptions& options,
                                       const std::filesystem::path& root);

}  // namespace reszoo
