/// Ctrl-C and SIGTERM as a question.
#pragma once

namespace reszoo::cli {

/// From now on the first SIGINT or SIGTERM is remembered; a second SIGINT ends
/// the process at once.
void watch_signals();

/// The signal that came, or 0.
int signal_received();

}  // namespace reszoo::cli
