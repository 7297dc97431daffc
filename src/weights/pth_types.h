// The dtypes of PyTorch's files.
#pragma once
#include <array>
#include <utility>

#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// Dtypes and their names in Python. The name of a storage has LibTorch's name of the dtype: torch.FloatStorage.
inline constexpr std::array kPthTypes = {
    std::pair{at::kFloat, "torch.float32"},
    std::pair{at::kDouble, "torch.float64"},
    std::pair{at::kHalf, "torch.float16"},
    std::pair{at::kBFloat16, "torch.bfloat16"},
    std::pair{at::kLong, "torch.int64"},
    std::pair{at::kInt, "torch.int32"},
    std::pair{at::kShort, "torch.int16"},
    std::pair{at::kChar, "torch.int8"},
    std::pair{at::kByte, "torch.uint8"},
    std::pair{at::kBool, "torch.bool"},
    std::pair{at::kComplexFloat, "torch.complex64"},
    std::pair{at::kComplexDouble, "torch.complex128"},
    std::pair{at::kUInt16, "torch.uint16"},
    std::pair{at::kUInt32, "torch.uint32"},
    std::pair{at::kUInt64, "torch.uint64"},
    std::pair{at::kFloat8_e4m3fn, "torch.float8_e4m3fn"},
    std::pair{at::kFloat8_e5m2, "torch.float8_e5m2"},
    std::pair{at::kFloat8_e4m3fnuz, "torch.float8_e4m3fnuz"},
    std::pair{at::kFloat8_e5m2fnuz, "torch.float8_e5m2fnuz"},
};

}  // namespace reszoo
