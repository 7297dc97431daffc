#include "reszoo/weights/state_dict.h"

#include <ATen/ops/aminmax.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/view_as_real.h>

#include <algorithm>
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

constexpr size_t kMostNamed = 20;  // parts of keys in a message

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

std::string describe_non_finite(const StateDict& state) {
  const auto keys = non_finite(state);
  if (keys.empty()) return "";
  const auto& first = state[keys.front()];
  return fmt::format("NaN or infinite weights in {} of its {} tensors, {} of {} numbers in {}", keys.size(),
                     state.size(), first.isfinite().logical_not().sum().item<int64_t>(), first.numel(),
                     escaped(keys.front()));
}

void refuse_non_finite(const StateDict& state, const std::string& source) {
  if (const auto found = describe_non_finite(state); !found.empty())
    fail(ErrorKind::file, "{}: has {}; allow_non_finite (--allow-non-finite) takes them", source, found);
}

}  // namespace reszoo
