// The line that says which images were read.
#include <ATen/ATen.h>

#include <algorithm>

#include "image_parts.h"
#include "label_text.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

constexpr size_t kShownClasses = 5;

/// Returns the classes that occur in a column.
std::vector<std::string> occurring_classes(const Column& column) {
  const auto text = as_text(column);
  const auto codes = std::get<0>(at::_unique2(text.codes));
  std::vector<std::string> classes;
  for (int64_t i = 0; i < codes.size(0); ++i)
    if (const auto code = codes[i].item<int64_t>(); code >= 0) classes.push_back(text.words[static_cast<size_t>(code)]);
  if (column.kind == Column::Kind::text) std::sort(classes.begin(), classes.end());
  return classes;
}

std::string targets_text(const ImageRows& rows) {
  const auto& columns = rows.targets.columns;
  if (columns.size() > 1)
    return fmt::format("{} targets ({}); ", columns.size(), list(rows.targets.names(), kShownClasses));
  const auto& only = columns.front();
  if (only.kind == Column::Kind::number && !rows.classes) return fmt::format("target \"{}\"; ", only.name);
  const auto classes = occurring_classes(only);
  return fmt::format("{} {} ({}); ", classes.size(), classes.size() == 1 ? "class" : "classes",
                     list(classes, kShownClasses));
}

}  // namespace

std::string line_of(const std::filesystem::path& path, const ImageSplits& splits, const ImageParts& read) {
  std::vector<std::string> parts;
  const ImageRows* some = nullptr;
  const auto add = [&](const ImageRows& rows, DataPart part, const char* usual) {
    if (!some) some = &rows;
    const auto found = read.parts.find(part);
    const auto from = found == read.parts.end() || found->second.from.empty() ? usual : found->second.from;
    parts.push_back(counted(rows.rows(), "image*") + (from.empty() ? "" : " in " + from));
  };
  const bool alone = !splits.validation && !splits.test;
  if (splits.train.rows() > 0) add(splits.train, DataPart::train, alone ? "" : "train");
  if (splits.validation) add(*splits.validation, DataPart::validation, "val");
  if (splits.test) add(*splits.test, DataPart::test, "test");
  return fmt::format("{}: {}{}{}", path.string(), some ? targets_text(*some) : "", fmt::join(parts, ", "),
                     splits.left_out.empty() ? "" : "; left out: " + splits.left_out.text());
}

}  // namespace reszoo
