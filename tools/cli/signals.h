/// Records SIGINT (Ctrl-C), SIGTERM and SIGUSR1.
#pragma once

namespace reszoo::cli {

/// Records the first SIGINT or SIGTERM from now on; a second one of the same kind ends the process.
void watch_signals();

/// Records SIGUSR1 from now on: like SIGTERM if it `stops` the program, otherwise as the wish for a checkpoint.
void watch_checkpoint_signal(bool stops);

/// The recorded signal, or 0.
int signal_received();

/// Whether a checkpoint was asked for since the last call.
bool checkpoint_requested();

}  // namespace reszoo::cli
