/// The Highway set-up of all kernels. A kernel file defines HWY_TARGET_INCLUDE and then includes this file before
/// anything else.
#pragma once
#include <hwy/detect_targets.h>

// Register tiles are arrays of vectors, and vectors of unknown size cannot be array elements. SVE and RISC-V processors
// therefore run the code for vectors of fixed size (NEON, or one lane).
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#include <hwy/foreach_target.h>  // includes the kernel file once for each instruction set except the last
