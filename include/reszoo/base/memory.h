/// Controls how the process reuses freed memory.
#pragma once

namespace reszoo {

/// Keeps freed memory for the next allocation instead of returning it to the system: up to 512 MiB at the end of the
/// heap, and blocks of up to 32 MiB.
///
/// LibTorch allocates every activation anew. By default glibc returns large blocks to the system, which clears each
/// page again in the next step. This takes a quarter of the training step of a tabular network. Programs that train or
/// predict a lot call this function; a library must not decide it for its caller. Without glibc it does nothing.
void retain_freed_memory();

/// Lets the process give blocks of 1 MiB and more back when they are freed, until `retain_freed_memory`. glibc by
/// itself soon keeps blocks of tens of megabytes, so that a large table is prepared in twice the memory. Does nothing
/// without glibc.
void return_freed_memory();

}  // namespace reszoo
