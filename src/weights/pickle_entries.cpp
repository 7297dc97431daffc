#include "pickle_entries.h"

#include <algorithm>

namespace reszoo {
namespace {

using Kind = PickleValue::Kind;

void add_pairs(const std::vector<PickleRef>& items, std::vector<PickleEntry>& entries) {
  for (size_t i = 0; i + 1 < items.size(); i += 2) entries.push_back({items[i], entries.size(), items[i + 1]});
}

void add_list(const std::vector<PickleRef>& items, std::vector<PickleEntry>& entries) {
  for (size_t i = 0; i < items.size(); ++i) entries.push_back({kNoValue, i, items[i]});
}

/// Adds the attributes of an object: its state is their dictionary, or a tuple of dictionaries (for __slots__).
void add_attributes(const Pickle& pickle, PickleRef state, std::vector<PickleEntry>& entries) {
  if (state == kNoValue) return;
  const auto& value = pickle[state];
  if (value.kind == Kind::dictionary) add_pairs(value.items, entries);
  if (value.kind != Kind::tuple) return;
  for (const auto part : value.items)
    if (pickle[part].kind == Kind::dictionary) add_pairs(pickle[part].items, entries);
}

/// Adds the pairs of an OrderedDict that Python 2 pickled, which are a list.
void add_ordered_pairs(const Pickle& pickle, const PickleValue& object, std::vector<PickleEntry>& entries) {
  const auto& arguments = pickle[object.arguments].items;
  if (pickle[object.callee].text != "collections.OrderedDict" || arguments.size() != 1) return;
  for (const auto item : pickle[arguments[0]].items) {
    const auto& pair = pickle[item];
    if ((pair.kind == Kind::list || pair.kind == Kind::tuple) && pair.items.size() == 2)
      entries.push_back({pair.items[0], entries.size(), pair.items[1]});
  }
}

}  // namespace

std::vector<PickleEntry> entries_of(const Pickle& pickle, PickleRef place) {
  const auto& value = pickle[place];
  std::vector<PickleEntry> entries;
  if (value.kind == Kind::dictionary) add_pairs(value.items, entries);
  if (value.kind == Kind::list || value.kind == Kind::tuple || value.kind == Kind::set) add_list(value.items, entries);
  if (value.kind != Kind::object) return entries;
  add_ordered_pairs(pickle, value, entries);
  add_pairs(value.items, entries);
  add_attributes(pickle, value.state, entries);
  if (value.appended != kNoValue) add_list(pickle[value.appended].items, entries);
  if (entries.empty()) add_list(pickle[value.arguments].items, entries);
  return entries;
}

std::string name_of(const Pickle& pickle, const PickleEntry& entry) {
  if (entry.key == kNoValue) return std::to_string(entry.index);
  const auto& key = pickle[entry.key];
  if (key.kind == Kind::integer) return std::to_string(key.integer);
  return key.kind == Kind::text ? std::string(key.text) : "";
}

PickleRef value_of(const Pickle& pickle, const std::vector<PickleEntry>& entries, std::string_view name) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) {
    return entry.key != kNoValue && pickle[entry.key].kind == Kind::text && pickle[entry.key].text == name;
  });
  return found == entries.end() ? kNoValue : found->value;
}

}  // namespace reszoo
