/// What a download says on stderr.
#pragma once
#include "reszoo/hub/cache.h"

namespace reszoo::cli {

/// Options with which a download shows how far it is: on a terminal a line that
/// renews itself, else one line as it begins.
FetchOptions fetch_with_progress();

}  // namespace reszoo::cli
