#include "reszoo/weights/load.h"

#include <torch/types.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "reszoo/base/error.h"
#include "reszoo/nn/network.h"

namespace reszoo {
namespace {

/// The networks in a module, with the prefix that their keys have.
std::vector<std::pair<std::string, const NetworkImpl*>> networks_in(const nn::Module& module) {
  std::vector<std::pair<std::string, const NetworkImpl*>> networks;
  if (const auto* network = dynamic_cast<const NetworkImpl*>(&module)) networks.emplace_back("", network);
  for (const auto& item : module.named_modules("", /*include_self=*/false))
    if (const auto* network = dynamic_cast<const NetworkImpl*>(item.value().get()))
      networks.emplace_back(item.key() + ".", network);
  return networks;
}

/// Copies the numbers of a tensor of the same type. Where that is a copy of bytes,
/// this thread alone does it: `copy_` shares it among threads, which gains nothing
/// at the speed of memory and burns their time on a busy machine.
void copy_numbers(Tensor& target, const Tensor& value) {
  if (target.is_cpu() && value.is_cpu() && target.is_contiguous() && value.is_contiguous() && !value.is_conj() &&
      !value.is_neg() && target.nbytes() > 0) {
    std::memcpy(target.mutable_data_ptr(), value.const_data_ptr(), target.nbytes());
    target.unsafeGetTensorImpl()->bump_version();
  } else {
    target.copy_(value);
  }
}

/// Compares a state with a module's, key by key.
class Comparison {
 public:
  Comparison(const nn::Module& module, const State& state, const LoadOptions& options)
      : targets_(state_of(module)), adapt_(options.adapt), networks_(networks_in(module)) {
    for (const auto& item : targets_) compare(item.key(), item.value(), state.find(item.key()));
    for (const auto& item : state)
      if (!targets_.contains(item.key()))
        (of_absent_head(item.key()) ? report_.ignored : report_.unexpected).push_back(item.key());
  }

  /// Copies what was found to fit. Types are converted for all keys before the
  /// first is copied, for a conversion can fail.
  void copy() {
    const torch::NoGradGuard no_grad;
    for (auto& [target, value] : pairs_) value = value.to(target.options());
    for (auto& [target, value] : pairs_) copy_numbers(target, value);
  }

  KeyReport& report() { return report_; }

 private:
  void compare(const std::string& key, const Tensor& target, const Tensor* value) {
    if (!value) {
      (key.ends_with("num_batches_tracked") ? report_.ignored : report_.missing).push_back(key);
    } else if (target.sizes() == value->sizes()) {
      report_.loaded.push_back(key);
      pairs_.emplace_back(target, *value);
    } else if (adapt_ && of_classifier(key) && value->dim() == target.dim() && target.dim() > 0 &&
               target.sizes().slice(1) == value->sizes().slice(1)) {
      report_.adapted.push_back(key);
    } else {
      report_.mismatched.push_back({key, target.sizes().vec(), value->sizes().vec()});
    }
  }

  bool of_absent_head(const std::string& key) const {
    return std::any_of(networks_.begin(), networks_.end(), [&](const auto& item) {
      return !item.second->has_head() && key.starts_with(item.first + item.second->head_path() + ".");
    });
  }

  bool of_classifier(const std::string& key) const {
    return std::any_of(networks_.begin(), networks_.end(), [&](const auto& item) {
      const auto path = item.first + item.second->classifier_path();
      return key == path + ".weight" || key == path + ".bias";
    });
  }

  State targets_;
  bool adapt_;
  std::vector<std::pair<std::string, const NetworkImpl*>> networks_;
  std::vector<std::pair<Tensor, Tensor>> pairs_;  // what is copied, target first
  KeyReport report_;
};

}  // namespace

KeyReport load_state(nn::Module& module, const State& state, const LoadOptions& options, const std::string& source) {
  Comparison comparison(module, state, options);
  if (options.strict && !comparison.report().complete())
    fail(ErrorKind::file, "{}: keys do not fit the model: {}", source, comparison.report().line());
  try {
    comparison.copy();
  } catch (const c10::Error& error) {
    fail(ErrorKind::file, "{}: cannot be copied into the model: {}", source, message_of(error));
  }
  return std::move(comparison.report());
}

KeyReport load_weights(nn::Module& module, const std::filesystem::path& path, const LoadOptions& options) {
  return load_state(module, read_weights(path, {.verify = options.verify}), options, path.string());
}

}  // namespace reszoo
