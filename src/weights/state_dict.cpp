#include "reszoo/weights/state_dict.h"

#include <ATen/ops/isfinite.h>

#include <cstdint>
#include <cstring>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

void collect(const nn::Module& module, const std::string& prefix, StateDict& state) {
  for (const auto& item : module.named_parameters(/*recurse=*/false)) state.insert(prefix + item.key(), item.value());
  for (const auto& item : module.named_buffers(/*recurse=*/false)) state.insert(prefix + item.key(), item.value());
  for (const auto& child : module.named_children()) collect(*child.value(), prefix + child.key() + ".", state);
}

/// Whether any number has an exponent of ones only, as NaN and the infinities have. `Bits` is as wide as a number.
template <typename Bits>
bool has_exponent(const Tensor& tensor, Bits exponent) {
  const auto* bytes = static_cast<const char*>(tensor.const_data_ptr());
  Bits found = 0;
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    Bits bits = 0;
    std::memcpy(&bits, bytes + static_cast<size_t>(i) * sizeof bits, sizeof bits);
    found |= static_cast<Bits>((bits & exponent) == exponent);
  }
  return found != 0;
}

bool is_finite(const Tensor& tensor) {
  const auto plain = tensor.detach().cpu().contiguous().resolve_conj().resolve_neg();
  switch (tensor.scalar_type()) {
    case at::kFloat: return !has_exponent<uint32_t>(plain, 0x7f800000);
    case at::kDouble: return !has_exponent<uint64_t>(plain, 0x7ff0000000000000);
    case at::kHalf: return !has_exponent<uint16_t>(plain, 0x7c00);
    case at::kBFloat16: return !has_exponent<uint16_t>(plain, 0x7f80);
    default: break;
  }
  if (plain.is_complex()) return plain.isfinite().all().item<bool>();
  return !plain.is_floating_point() || plain.to(at::kFloat).isfinite().all().item<bool>();
}

}  // namespace

StateDict state_of(const nn::Module& module) {
  StateDict state("key");
  collect(module, "", state);
  return state;
}

std::vector<std::string> non_finite(const StateDict& state) {
  std::vector<std::string> keys;
  for (const auto& item : state)
    if (item.value().defined() && !is_finite(item.value())) keys.push_back(item.key());
  return keys;
}

void refuse_non_finite(const StateDict& state, const std::string& source) {
  const auto keys = non_finite(state);
  if (keys.empty()) return;
  const auto& first = state[keys.front()];
  fail(ErrorKind::file,
       "{}: has NaN or infinite weights in {} of its {} tensors, {} of {} numbers in {}; allow_non_finite "
       "(--allow-non-finite) takes them",
       source, keys.size(), state.size(), first.isfinite().logical_not().sum().item<int64_t>(), first.numel(),
       escaped(keys.front()));
}

}  // namespace reszoo
