/// Creates pretrained models by name.
#pragma once
#include <c10/core/Device.h>

#include <optional>
#include <string>

#include "reszoo/hub/cache.h"
#include "reszoo/hub/pretrained_config.h"
#include "reszoo/infer/model.h"
#include "reszoo/weights/load.h"

namespace reszoo {

/// Options of `create_pretrained`.
struct PretrainedOptions {
  /// Number of classes. If the weights have another number of classes, the last linear layer keeps random initial
  /// weights. 0 builds no head, so that the outputs are features.
  std::optional<int64_t> outputs = {};
  c10::Device device = c10::kCPU;
  FetchOptions fetch = {};
  LoadOptions load = {};  ///< of these, `prefer_ema`, `allow_non_finite`, `key` and `assign` are used
};

/// Builds a network in evaluation mode with published weights, their preprocessing and, if they are ImageNet's, the
/// names of the classes.
///
///     auto model = reszoo::create_pretrained("resnet50", "IMAGENET1K_V2");
///     model.predict(ImageView{.data = rgb, .height = 480, .width = 640}).label;   // "Persian cat"
///
/// The name may be that of a repository of the Hugging Face Hub, `hf-hub:owner/name` or `hf-hub:owner/name@revision`:
/// its files say what the network is, how images are prepared and how the classes are called. A repository that has a
/// model file of reszoo and no `config.json` gives that model.
///
/// Throws: what `find_pretrained_config`, `find_hub_config`, `fetch_weights` and `load_weights` throw.
Model create_pretrained(const std::string& name, const std::string& tag = "", const PretrainedOptions& options = {});

/// Does the same for weights that are not in reszoo's tables, such as your own file on a server.
Model create_pretrained(const PretrainedConfig& weights, const PretrainedOptions& options = {});

/// Returns what is known of weights by name, like `find_pretrained_config`. The name may also be `hf-hub:owner/name`,
/// whose `config.json` is then fetched.
/// Throws: Error as `find_pretrained_config` and `find_hub_config` do; Error (file) for a repository without it.
PretrainedConfig resolve_pretrained(const std::string& name, const FetchOptions& options = {});

/// Returns the options with which the network of the weights is built, with this number of outputs.
ImageOptions network_options(const PretrainedConfig& weights, int64_t outputs);

}  // namespace reszoo
