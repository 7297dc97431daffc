#include "reszoo/weights/state_dict.h"

#include <ATen/ops/aminmax.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/view_as_real.h>

#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

void collect(const nn::Module& module, const std::string& prefix, StateDict& state) {
  for (const auto& item : module.named_parameters(/*recurse=*/false)) state.insert(prefix + item.key(), item.value());
  for (const auto& item : module.named_buffers(/*recurse=*/false)) state.insert(prefix + item.key(), item.value());
  for (const auto& child : module.named_children()) collect(*child.value(), prefix + child.key() + ".", state);
}

bool is_finite(const Tensor& tensor) {
  if (tensor.numel() == 0 || (!tensor.is_floating_point() && !tensor.is_complex())) return true;
  auto plain = tensor.detach().resolve_conj().resolve_neg();
  if (plain.is_complex()) plain = at::view_as_real(plain);
  if (plain.element_size() == 1) plain = plain.to(at::kFloat);  // float8
  const auto [least, greatest] = plain.aminmax();               // both are NaN if any number is
  return std::isfinite(least.item<double>()) && std::isfinite(greatest.item<double>());
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
