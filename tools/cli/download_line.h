/// Progress of downloads on stderr.
#pragma once
#include "reszoo/hub/cache.h"

namespace reszoo::cli {

/// Fetch options that show progress: on a terminal a line that updates in place, otherwise one line at the start.
FetchOptions fetch_with_progress();

}  // namespace reszoo::cli
