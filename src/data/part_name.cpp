#include "part_name.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <vector>

#include "reszoo/base/names.h"

namespace reszoo {
namespace {

constexpr Named<DataPart> kPartWords[] = {{"train", DataPart::train},
                                          {"training", DataPart::train},
                                          {"trn", DataPart::train},
                                          {"trainval", DataPart::train},
                                          {"val", DataPart::validation},
                                          {"valid", DataPart::validation},
                                          {"validation", DataPart::validation},
                                          {"validate", DataPart::validation},
                                          {"vali", DataPart::validation},
                                          {"dev", DataPart::validation},
                                          {"devel", DataPart::validation},
                                          {"development", DataPart::validation},
                                          {"eval", DataPart::validation},
                                          {"evaluation", DataPart::validation},
                                          {"test", DataPart::test},
                                          {"testing", DataPart::test},
                                          {"tst", DataPart::test},
                                          {"holdout", DataPart::test}};

/// Words that may stand beside the name of a part and mean nothing.
constexpr std::string_view kFillers[] = {"set",   "sets",   "data",  "dataset", "images", "image", "imgs",    "img",
                                         "split", "folder", "files", "photos",  "photo",  "pics",  "pictures"};

bool is_filler(std::string_view word) {
  return std::find(std::begin(kFillers), std::end(kFillers), word) != std::end(kFillers) ||
         std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Returns the part that a word names: `train`, `trainset`, `train2017`.
std::optional<DataPart> part_of_word(std::string_view word) {
  if (const auto part = find_name(kPartWords, word)) return part;
  while (!word.empty() && std::isdigit(static_cast<unsigned char>(word.back()))) word.remove_suffix(1);
  if (const auto part = find_name(kPartWords, word)) return part;
  for (const auto filler : kFillers)
    if (word.ends_with(filler))
      if (const auto part = find_name(kPartWords, word.substr(0, word.size() - filler.size()))) return part;
  return std::nullopt;
}

std::vector<std::string> words_of_name(std::string_view name) {
  std::vector<std::string> words(1);
  for (const unsigned char c : name)
    if (std::isalnum(c) || c >= 0x80) words.back() += static_cast<char>(std::tolower(c));
    else if (!words.back().empty()) words.emplace_back();
  if (words.back().empty()) words.pop_back();
  return words;
}

}  // namespace

std::optional<PartName> part_in_name(std::string_view name) {
  std::optional<PartName> found;
  std::string rest;
  for (const auto& word : words_of_name(name)) {
    const auto part = part_of_word(word);
    if (part && !found) found = PartName{*part, ""};
    else if (part || !is_filler(word)) rest += (rest.empty() ? "" : " ") + word;
  }
  if (found) found->rest = rest;
  return found;
}

std::optional<DataPart> part_in_path(std::string_view path) {
  for (const auto& component : std::filesystem::path(path))
    if (const auto found = part_in_name(component.string())) return found->part;
  return std::nullopt;
}

}  // namespace reszoo
