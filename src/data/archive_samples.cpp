// WebDataset's samples in tar archives.
#include <ATen/ATen.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "archives.h"
#include "image_targets.h"
#include "label_lists.h"
#include "label_text.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// The key of a sample and what follows it: `a/1` and `cls` of `a/1.cls`.
std::pair<std::string, std::string> sample_key(const ArchiveMember& member) {
  const auto& name = member.file.name;
  const auto slash = name.rfind('/');
  const auto dot = name.find('.', slash == std::string::npos ? 0 : slash + 1);
  const auto key = fmt::format("{}:{}", member.archive, name.substr(0, dot));
  return {key, dot == std::string::npos ? "" : name.substr(dot + 1)};
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
  return first == std::string_view::npos ? "" : std::string(text.substr(first, last - first + 1));
}

/// The label beside an image: a text, or a cell of several.
struct SampleLabel {
  std::string text;
  bool is_list = false;
};

/// Returns the label in a JSON file: the field `wanted`, or one of the usual ones.
SampleLabel label_in_json(std::string_view content, const std::string& wanted, const std::string& name) {
  const auto json = nlohmann::json::parse(content, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) fail(ErrorKind::file, "{}: is no JSON object", name);
  const auto field = [&]() -> std::string {
    if (!wanted.empty()) return wanted;
    for (const auto* usual : {"label", "cls", "class", "class_name", "target", "class_id", "labels", "tags"})
      if (json.contains(usual)) return usual;
    return "";
  }();
  if (!json.contains(field)) {
    std::vector<std::string> fields;
    for (const auto& [key, unused] : json.items()) fields.push_back(escaped(key));
    fail(ErrorKind::input, "label_column: {} has no field {}; name one of {}", name,
         field.empty() ? "called label, cls or class" : "\"" + field + "\"", list(fields));
  }
  const auto& value = json[field];
  if (value.is_string()) return {value.get<std::string>()};
  if (value.is_number() || value.is_boolean()) return {value.dump()};
  if (value.is_array()) return {list_cell(value, fmt::format("{}: \"{}\"", name, field)), /*is_list=*/true};
  fail(ErrorKind::input, "{}: the label \"{}\" must be a text, a number or a list of them", name, field);
}

/// The label of each sample, from the members beside its image.
class SampleLabels {
 public:
  SampleLabels(const Archives& archives, const std::string& field) : archives_(archives), field_(field) {
    for (const auto& member : archives.others) {
      const auto [key, ending] = sample_key(member);
      if (rank_of(ending) < 0) continue;
      auto& known = labels_[key];
      if (known == nullptr || rank_of(ending) < rank_of(sample_key(*known).second)) known = &member;
    }
  }

  /// Whether images have labels beside them.
  bool fit() const {
    return std::any_of(archives_.images.begin(), archives_.images.end(),
                       [&](const ArchiveMember& image) { return labels_.contains(sample_key(image).first); });
  }

  std::optional<SampleLabel> of(const ArchiveMember& image) const {
    const auto found = labels_.find(sample_key(image).first);
    if (found == labels_.end()) return std::nullopt;
    const auto content = archives_.content(*found->second);
    const auto ending = sample_key(*found->second).second;
    if (ending == "json") return label_in_json(content, field_, archives_.name(*found->second));
    return SampleLabel{trimmed(content)};
  }

  /// The members that are neither images nor labels.
  std::vector<ArchiveMember> unused() const {
    std::vector<ArchiveMember> rest;
    for (const auto& member : archives_.others)
      if (rank_of(sample_key(member).second) < 0) rest.push_back(member);
    return rest;
  }

 private:
  /// Returns which file of a sample has the label: 0 is the first choice, -1 is none.
  int rank_of(const std::string& ending) const {
    if (!field_.empty() && ending == field_) return 0;
    if (!field_.empty()) return ending == "json" ? 1 : -1;
    constexpr std::string_view ranks[] = {"cls", "cls.txt", "label", "label.txt", "class", "class.txt", "json", "txt"};
    const auto* found = std::find(std::begin(ranks), std::end(ranks), ending);
    return found == std::end(ranks) ? -1 : static_cast<int>(found - std::begin(ranks));
  }

  const Archives& archives_;
  const std::string& field_;
  std::unordered_map<std::string, const ArchiveMember*> labels_;
};

/// The images that have labels, of all parts.
struct LabelledMembers {
  std::vector<ArchiveMember> images;
  std::vector<SampleLabel> labels;
  std::map<DataPart, std::vector<int64_t>> rows;
};

/// Returns the column of the labels. If some are lists, the others are lists of one label.
Column column_of(const std::vector<SampleLabel>& labels, const std::string& field) {
  const bool lists = std::any_of(labels.begin(), labels.end(), [](const auto& label) { return label.is_list; });
  std::vector<std::string> cells;
  for (const auto& [text, is_list] : labels)
    cells.push_back(lists && !is_list ? list_cell(std::vector<std::string>{text}, "label") : text);
  if (lists) return Column::of_text(field.empty() ? "labels" : field, cells);
  return column_of_labels("label", cells);
}

}  // namespace

std::optional<ImageParts> read_samples(const Archives& archives, const ImageReadOptions& options,
                                       const fs::path& root) {
  if (options.label_columns.size() > 1)
    fail(ErrorKind::usage,
         "label_column: the samples of an archive have one, with a list of labels if they are several");
  const auto field = options.label_columns.empty() ? std::string() : options.label_columns.front();
  const SampleLabels labels(archives, field);
  if (!labels.fit()) return std::nullopt;
  ImageParts result;
  LabelledMembers all;
  std::unordered_map<std::string, bool> seen;
  for (const auto& image : archives.images) {
    const auto [key, ending] = sample_key(image);
    auto label = labels.of(image);
    if (!label) {
      result.left_out.add("image* without a label", archives.name(image));
    } else if (ending.find('.') != std::string::npos || std::exchange(seen[key], true)) {
      result.left_out.add("further image* of a sample", archives.name(image));
    } else {
      all.rows[part_of_archive(archives, image.archive, root)].push_back(std::ssize(all.images));
      all.images.push_back(image);
      all.labels.push_back(std::move(*label));
    }
  }
  const auto column = column_of(all.labels, field);
  const auto targets =
      holds_lists(column) ? targets_of({{column}}, {column.name}, options, result.notes) : Frame{{column}};
  const auto images = images_of(archives, all.images);
  for (const auto& [part, rows] : all.rows)
    result.parts[part] = {.images = take_images(images, rows),
                          .targets = take_rows(targets, at::tensor(rows)),
                          .classes = has_classes(targets.columns.front())};
  leave_out_members(archives, labels.unused(), result.left_out);
  return result;
}

}  // namespace reszoo
