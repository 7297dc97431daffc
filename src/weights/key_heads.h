// Finds the head of a network where the file has it in another place or under another name.
#pragma once
#include "key_matcher.h"

namespace reszoo {

/// Adds the head to the match of a network's body: a child of the network's place under another name, else a module
/// elsewhere in the file, if only one fits. Returns whether the match has the head now.
bool add_head(const KeyNode& head, const KeyTree& file, KeyMatch& body, KeyMatcher& matcher);

}  // namespace reszoo
