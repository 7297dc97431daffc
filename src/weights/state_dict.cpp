#include "reszoo/weights/state_dict.h"

#include <ATen/ops/isfinite.h>

#include <algorithm>
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

constexpr size_t kMostNamed = 20;  // parts of keys in a message

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

StateDict state_under(const StateDict& state, const std::string& key, const std::string& source) {
  StateDict below("key"), inside("key");
  std::vector<std::string> first_parts;
  for (const auto& item : state) {
    const auto& name = item.key();
    if (name.starts_with(key + ".")) below.insert(name.substr(key.size() + 1), item.value());
    if (const auto at = name.find("." + key + "."); at != std::string::npos)
      if (const auto rest = name.substr(at + key.size() + 2); !inside.contains(rest)) inside.insert(rest, item.value());
    const auto part = name.substr(0, name.find('.'));
    if (first_parts.size() < kMostNamed && std::find(first_parts.begin(), first_parts.end(), part) == first_parts.end())
      first_parts.push_back(part);
  }
  if (below.is_empty() && inside.is_empty())
    fail(ErrorKind::usage, "{}: no weights are under \"{}\"{}; there are {}", source, key, suggestion(key, first_parts),
         list(first_parts));
  return below.is_empty() ? inside : below;
}

std::vector<std::string> non_finite(const StateDict& state) {
  std::vector<std::string> keys;
  for (const auto& item : state)
    if (item.value().defined() && !is_finite(item.value())) keys.push_back(item.key());
  return keys;
}

}  // namespace reszoo
