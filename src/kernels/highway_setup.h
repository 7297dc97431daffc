/// Highway's set-up, once for all kernels. A kernel file defines HWY_TARGET_INCLUDE, then includes this before all
/// else.
#pragma once
#include <hwy/detect_targets.h>

// Register tiles are arrays of vectors, and a type of unknown size cannot be in an array: SVE and RISC-V processors
// run the code for vectors of fixed size (NEON, or one lane).
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#include <hwy/foreach_target.h>  // includes the kernel file for each instruction set but the last
