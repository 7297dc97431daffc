/// What the process does with memory that it freed.
#pragma once

namespace reszoo {

/// Keeps freed memory for the next allocation instead of giving it back to the
/// system: up to 512 MiB at the end of the heap, and blocks of up to 32 MiB.
///
/// LibTorch allocates every activation anew. By default glibc hands large blocks
/// back, and the system clears each page again in the next step: of a training step
/// of a tabular network that is a quarter. For programs that train or predict a lot;
/// a library must not decide it for its caller. Does nothing without glibc.
void keep_freed_memory();

}  // namespace reszoo
