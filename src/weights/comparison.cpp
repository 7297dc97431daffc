#include "comparison.h"

#include <torch/types.h>

#include <algorithm>
#include <cstring>
#include <tuple>

#include "reszoo/base/error.h"
#include "reszoo/base/spilled.h"

namespace reszoo {
namespace {

/// Converts the weight of a convolution to another number of input channels.
/// Source: timm, adapt_input_conv.
Tensor with_channels(const Tensor& weight, int64_t channels) {
  const int64_t found = weight.size(1);
  const auto exact = weight.to(at::kDouble);
  if (channels == 1) return exact.sum(1, /*keepdim=*/true);
  const int64_t times = (channels + found - 1) / found;
  return exact.repeat({1, times, 1, 1}).narrow(1, 0, channels) *
         (static_cast<double>(found) / static_cast<double>(channels));
}

/// Copies the values of a tensor of the same dtype. If a copy of bytes is enough, only this thread does it: `copy_`
/// uses all threads, which is no faster, because the copy is bound by memory, and wastes their time on a busy machine.
void copy_numbers(Tensor& target, const Tensor& value) {
  if (target.is_cpu() && value.is_cpu() && target.is_contiguous() && value.is_contiguous() && !value.is_conj() &&
      !value.is_neg() && target.nbytes() > 0) {
    std::memmove(target.mutable_data_ptr(), value.const_data_ptr(),
                 target.nbytes());  // memmove, because the state_dict may be the module's own
    target.unsafeGetTensorImpl()->bump_version();
  } else {
    target.copy_(value);
  }
}

/// Returns the value as the target's memory can be: contiguous and of its dtype.
Tensor assignable(const Tensor& value, const Tensor& target) {
  const bool is_plain = value.is_contiguous() && !value.is_conj() && !value.is_neg();
  if (!target.is_cpu() || (is_plain && value.scalar_type() == target.scalar_type())) return value.to(target.options());
  auto converted = spilled_if_possible(target.sizes(), target.scalar_type());
  converted.copy_(value);
  release_pages(converted);
  return converted;
}

}  // namespace

Comparison::Comparison(const NetworkKeys& network, const StateDict& state, const KeyFit& fit, const std::string& remap,
                       bool adapt)
    : network_(network), fit_(fit), adapt_(adapt) {
  report_.key_remap = fit.renaming + (fit.renaming.empty() || remap.empty() ? "" : ", ") + remap;
  for (const auto& item : network.tree.state()) {
    const auto key = fit.file_keys.find(item.key());
    compare(item.key(), item.value(), key == fit.file_keys.end() ? nullptr : state.find(key->second));
  }
  report_.unexpected = fit.unexpected;
  report_.ignored.insert(report_.ignored.end(), fit.beside.begin(), fit.beside.end());
}

void Comparison::check_types(const std::string& source) const {
  for (const auto& [key, target, value] : pairs_) {
    const auto* type = c10::toString(value.scalar_type());
    if (value.is_complex() && !target.is_complex())
      fail(ErrorKind::file, "{}: {} has complex numbers ({}), the network has real ones; save the real part", source,
           key, type);
    if (target.is_floating_point() && !value.is_floating_point() && value.numel() > 1)
      fail(ErrorKind::file, "{}: {} has whole numbers ({}), as quantized weights have; save it as float32", source, key,
           type);
  }
}

StateDict Comparison::convert(bool assign) {
  const torch::NoGradGuard no_grad;
  StateDict converted("key");
  for (auto& [key, target, value] : pairs_) {
    if (value.numel() == target.numel()) value = value.view_as(target);
    else value = with_channels(value, target.size(1));
    value = assign ? assignable(value, target) : value.to(target.options());
    converted.insert(key, value);
  }
  return converted;
}

void Comparison::copy(bool assign) {
  const torch::NoGradGuard no_grad;
  for (auto& [key, target, value] : pairs_) {
    if (assign && value.options().type_equal(target.options())) {
      release_pages(value);  // the checks have read it
      target.set_data(value);
    } else {
      copy_numbers(target, value);
    }
  }
}

bool Comparison::is_better_than(const Comparison& other) const {
  const auto rank = [](const Comparison& one) {
    return std::tuple(one.report_.complete(), one.report_.loaded.size() + one.report_.adapted.size(),
                      !one.fit_.has_renamed);
  };
  return rank(*this) > rank(other);
}

void Comparison::compare(const std::string& key, const Tensor& target, const Tensor* value) {
  if (!value) {
    if (is_batch_counter(key)) report_.ignored.push_back(key);
    else (adapt_ && is_of_missing_head(key) ? report_.adapted : report_.missing).push_back(key);
  } else if (has_shape_for(target, *value)) {
    report_.loaded.push_back(key);
    pairs_.push_back({key, target, *value});
  } else if (adapt_ && network_.differs_in_outputs(key, target, *value)) {
    report_.adapted.push_back(key);
  } else if (adapt_ && network_.differs_in_channels(key, target, *value)) {
    report_.adapted.push_back(key);
    pairs_.push_back({key, target, *value});
  } else {
    report_.mismatched.push_back({key, target.sizes().vec(), value->sizes().vec()});
  }
}

/// Whether the key belongs to a head of which the file has nothing.
bool Comparison::is_of_missing_head(const std::string& key) const {
  return std::any_of(network_.heads.begin(), network_.heads.end(), [&](const auto& head) {
    const auto first = fit_.file_keys.lower_bound(head + ".");
    return key.starts_with(head + ".") && (first == fit_.file_keys.end() || !first->first.starts_with(head + "."));
  });
}

}  // namespace reszoo
