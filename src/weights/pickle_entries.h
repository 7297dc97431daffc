// What is in the containers of a pickle, whatever class they have.
#pragma once
#include <string>
#include <vector>

#include "pickle.h"

namespace reszoo {

/// An entry of a dictionary or list, or an attribute of an object.
struct PickleEntry {
  PickleRef key = kNoValue;  ///< kNoValue in a list
  size_t index = 0;
  PickleRef value = kNoValue;
};

/// Returns the entries of dictionaries, lists, tuples, sets and objects; nothing for other values. The entries of an
/// object are its items, its attributes, what was appended to it and, if there is nothing of these, its arguments.
std::vector<PickleEntry> entries_of(const Pickle& pickle, PickleRef place);

/// Returns the entry's name: its key if that is text or a whole number, or its index; "" for other keys.
std::string name_of(const Pickle& pickle, const PickleEntry& entry);

/// Returns the value of the entry with this name, or kNoValue.
PickleRef value_of(const Pickle& pickle, const std::vector<PickleEntry>& entries, std::string_view name);

}  // namespace reszoo
