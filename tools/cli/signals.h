/// Records SIGINT (Ctrl-C) and SIGTERM.
#pragma once

namespace reszoo::cli {

/// Records the first SIGINT or SIGTERM from now on; a second one of the same kind ends the process.
void watch_signals();

/// The recorded signal, or 0.
int signal_received();

}  // namespace reszoo::cli
