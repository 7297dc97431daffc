// Decides which keys of a file, besides those of the network, may be left out.
#pragma once
#include "key_matcher.h"

namespace reszoo {

/// Sorts the keys that the match does not use into `fit.beside` and `fit.unexpected`.
void sort_leftovers(const NetworkKeys& network, const KeyTree& file, const KeyMatch& match, KeyFit& fit);

}  // namespace reszoo
