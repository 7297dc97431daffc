#include "reszoo/weights/load.h"

#include <torch/types.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "reszoo/base/error.h"
#include "reszoo/nn/network.h"
#include "reszoo/weights/key_map.h"

namespace reszoo {
namespace {

/// Returns the networks in a module with the prefixes of their keys.
std::vector<std::pair<std::string, const NetworkImpl*>> networks_in(const nn::Module& module) {
  std::vector<std::pair<std::string, const NetworkImpl*>> networks;
  if (const auto* network = dynamic_cast<const NetworkImpl*>(&module)) networks.emplace_back("", network);
  for (const auto& item : module.named_modules("", /*include_self=*/false))
    if (const auto* network = dynamic_cast<const NetworkImpl*>(item.value().get()))
      networks.emplace_back(item.key() + ".", network);
  return networks;
}

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

/// Returns the name of the module in messages.
std::string subject_of(const nn::Module& module) {
  const auto* network = dynamic_cast<const NetworkImpl*>(&module);
  return network ? network->name() : "the model";
}

/// Decides which differences between a module and a file LoadOptions::adapt allows.
class AllowedMismatch {
 public:
  AllowedMismatch(const nn::Module& module, const StateDict& targets) {
    for (const auto& [prefix, network] : networks_in(module)) {
      classifiers_.push_back(prefix + network->classifier_path());
      if (!network->has_head()) absent_heads_.push_back(prefix + network->head_path() + ".");
      const auto first = std::find_if(targets.begin(), targets.end(), [&, p = prefix](const auto& item) {
        return item.key().starts_with(p) && item.value().dim() == 4;
      });
      if (first != targets.end()) first_convolutions_.push_back(first->key());
    }
  }

  bool of_absent_head(const std::string& key) const {
    return std::any_of(absent_heads_.begin(), absent_heads_.end(),
                       [&](const auto& head) { return key.starts_with(head); });
  }

  /// Whether the key belongs to a classifier and only the number of outputs differs.
  bool of_outputs(const std::string& key, const Tensor& target, const Tensor& value) const {
    if (target.dim() == 0 || value.dim() != target.dim()) return false;
    // k parallel layers have the outputs last: (k, in, outputs) and (k, outputs).
    const bool last = key.ends_with(".bias") || target.dim() == 3;
    auto found = value.sizes().vec(), wanted = target.sizes().vec();
    found.erase(last ? found.end() - 1 : found.begin());
    wanted.erase(last ? wanted.end() - 1 : wanted.begin());
    return found == wanted && std::any_of(classifiers_.begin(), classifiers_.end(), [&](const auto& path) {
             return key == path + ".weight" || key == path + ".bias";
           });
  }

  /// Whether the key belongs to a first convolution and only the number of input channels differs.
  bool of_channels(const std::string& key, const Tensor& target, const Tensor& value) const {
    return value.dim() == 4 && value.size(1) > 0 && target.size(0) == value.size(0) &&
           target.sizes().slice(2) == value.sizes().slice(2) && value.is_floating_point() &&
           std::find(first_convolutions_.begin(), first_convolutions_.end(), key) != first_convolutions_.end();
  }

 private:
  std::vector<std::string> classifiers_, absent_heads_, first_convolutions_;
};

/// Compares a state_dict with that of a module, key by key.
class Comparison {
 public:
  Comparison(const StateDict& targets, const AllowedMismatch& allowed, const StateDict& state,
             const std::string& key_remap, bool adapt)
      : allowed_(&allowed), adapt_(adapt) {
    report_.key_remap = key_remap;
    for (const auto& item : targets) compare(item.key(), item.value(), state.find(item.key()));
    for (const auto& item : state)
      if (!targets.contains(item.key()))
        (allowed_->of_absent_head(item.key()) ? report_.ignored : report_.unexpected).push_back(item.key());
  }

  /// Converts the tensors that match to the module's dtypes. They are all converted before the first one is copied,
  /// because a conversion can fail, and can turn a large number into an infinity. Returns them by key.
  StateDict convert() {
    const torch::NoGradGuard no_grad;
    StateDict converted("key");
    for (auto& [key, target, value] : copies_) {
      value = (value.sizes() == target.sizes() ? value : with_channels(value, target.size(1))).to(target.options());
      converted.insert(key, value);
    }
    return converted;
  }

  void copy() {
    const torch::NoGradGuard no_grad;
    for (auto& [key, target, value] : copies_) copy_numbers(target, value);
  }

  size_t fitting() const { return report_.loaded.size() + report_.adapted.size(); }
  LoadReport& report() { return report_; }

 private:
  void compare(const std::string& key, const Tensor& target, const Tensor* value) {
    if (!value) {
      (key.ends_with("num_batches_tracked") ? report_.ignored : report_.missing).push_back(key);
    } else if (target.sizes() == value->sizes()) {
      report_.loaded.push_back(key);
      copies_.push_back({key, target, *value});
    } else if (adapt_ && allowed_->of_outputs(key, target, *value)) {
      report_.adapted.push_back(key);
    } else if (adapt_ && allowed_->of_channels(key, target, *value)) {
      report_.adapted.push_back(key);
      copies_.push_back({key, target, *value});
    } else {
      report_.mismatched.push_back({key, target.sizes().vec(), value->sizes().vec()});
    }
  }

  const AllowedMismatch* allowed_;
  bool adapt_;
  struct Copy {
    std::string key;
    Tensor target, value;
  };
  std::vector<Copy> copies_;
  LoadReport report_;
};

/// Returns the comparison under the keys that match most, which are the state_dict's own unless others match more.
Comparison best_comparison(const StateDict& targets, const AllowedMismatch& allowed, const StateDict& state,
                           bool adapt) {
  Comparison best(targets, allowed, state, "", adapt);
  if (best.report().complete()) return best;
  for (const auto& other : candidate_remaps(state)) {
    Comparison comparison(targets, allowed, other.state, other.key_remap, adapt);
    if (comparison.fitting() > best.fitting()) best = std::move(comparison);
  }
  return best;
}

/// Returns the addition to the message if `adapt` would allow every difference, else "".
std::string adapt_hint(const StateDict& targets, const AllowedMismatch& allowed, const StateDict& state) {
  const auto report = best_comparison(targets, allowed, state, /*adapt=*/true).report();
  if (!report.complete()) return "";
  return fmt::format("; adapt (LoadOptions::adapt, --adapt) lets {} differ", fmt::join(report.adapted, ", "));
}

}  // namespace

KeyMismatch::KeyMismatch(const std::string& source, const std::string& subject, LoadReport report,
                         const std::string& hint)
    : Error(ErrorKind::file, fmt::format("{}: keys do not fit {}: {}{}\n{}", source, subject, report.line(), hint,
                                         report.differences())),
      source_(source),
      subject_(subject),
      hint_(hint),
      report_(std::move(report)) {}

KeyMismatch KeyMismatch::with_hint(const std::string& hint) const { return {source_, subject_, report_, hint_ + hint}; }

LoadReport load_state(nn::Module& module, const StateDict& state, const LoadOptions& options,
                      const std::string& source) {
  const auto targets = state_of(module);
  const AllowedMismatch allowed(module, targets);
  auto comparison = best_comparison(targets, allowed, state, options.adapt);
  if (options.strict && !comparison.report().complete())
    throw KeyMismatch(source, subject_of(module), comparison.report(),
                      options.adapt ? "" : adapt_hint(targets, allowed, state));
  try {
    const auto converted = comparison.convert();
    if (!options.allow_non_finite) refuse_non_finite(converted, source);
    comparison.copy();
  } catch (const c10::Error& error) {
    fail(ErrorKind::file, "{}: cannot be copied into the model: {}", source, message_of(error));
  }
  return std::move(comparison.report());
}

LoadReport load_weights(nn::Module& module, const std::filesystem::path& path, const LoadOptions& options) {
  return load_state(module, read_weights(path, options.read()), options, path.string());
}

LoadReport load_weights(nn::Module& module, const Bytes& bytes, const LoadOptions& options, const std::string& source) {
  return load_state(module, read_weights(bytes, source, options.read()), options, source);
}

}  // namespace reszoo
