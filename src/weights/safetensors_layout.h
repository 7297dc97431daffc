// The parts of a safetensors file before it is written. Model files insert a digest.
#pragma once
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reszoo/weights/state_dict.h"

namespace reszoo {

struct SafetensorsLayout {
  std::string header;        ///< the length (8 bytes) and the padded JSON
  std::vector<Tensor> data;  ///< contiguous, on the CPU, in the order of the file

  std::vector<std::string_view> pieces() const;
};

SafetensorsLayout lay_out(const StateDict& tensors, const std::map<std::string, std::string>& metadata);

/// Keys of metadata entries that are never aliases of a tensor.
inline const std::set<std::string> kOwnMetadata = {"format", "reszoo", "digest", "reszoo.aliases"};

/// The metadata entry with a JSON list of the aliases that are not told by their names.
inline constexpr const char* kAliases = "reszoo.aliases";

/// Whether a metadata entry whose value is the key of a tensor is an alias as Python's save_model writes it: both are
/// parameters of modules, of the same name ("decoder.weight": "encoder.weight"). Others are metadata that happen to
/// name a tensor ("best": "fc.weight").
inline bool is_named_as_alias(std::string_view name, std::string_view key) {
  const auto dot = name.rfind('.'), key_dot = key.rfind('.');
  return dot != std::string_view::npos && key_dot != std::string_view::npos && name.substr(dot) == key.substr(key_dot);
}

/// The format's names of LibTorch's dtypes.
inline constexpr std::array kSafetensorsTypes = {
    std::pair{"F64", at::kDouble},
    std::pair{"F32", at::kFloat},
    std::pair{"F16", at::kHalf},
    std::pair{"BF16", at::kBFloat16},
    std::pair{"F8_E4M3", at::kFloat8_e4m3fn},
    std::pair{"F8_E5M2", at::kFloat8_e5m2},
    std::pair{"F8_E4M3FNUZ", at::kFloat8_e4m3fnuz},
    std::pair{"F8_E5M2FNUZ", at::kFloat8_e5m2fnuz},
    std::pair{"I64", at::kLong},
    std::pair{"I32", at::kInt},
    std::pair{"I16", at::kShort},
    std::pair{"I8", at::kChar},
    std::pair{"U64", at::kUInt64},
    std::pair{"U32", at::kUInt32},
    std::pair{"U16", at::kUInt16},
    std::pair{"U8", at::kByte},
    std::pair{"BOOL", at::kBool},
    std::pair{"C64", at::kComplexFloat},
};

}  // namespace reszoo
