/// Trained networks by name.
#pragma once
#include <c10/core/Device.h>

#include <optional>
#include <string>

#include "reszoo/hub/cache.h"
#include "reszoo/hub/published.h"
#include "reszoo/infer/model.h"

namespace reszoo {

/// What a caller may say of a pretrained model.
struct PretrainedOptions {
  /// Classes: another number than the weights have renews the last linear layer;
  /// 0 builds no head, so outputs are features.
  std::optional<int64_t> outputs = {};
  c10::Device device = c10::kCPU;
  FetchOptions fetch = {};
};

/// Builds a network, in evaluation mode, with weights that were published for it,
/// their preprocessing, and the names of ImageNet's classes where it has them.
///
///     auto model = reszoo::create_pretrained("resnet50", "IMAGENET1K_V2");
///     model.predict(ImageView{.data = rgb, .height = 480, .width = 640}).label;   // "Persian cat"
///
/// Throws: that of `find_published` for a name or tag, of `fetch_weights` for the
/// file, of `load_weights` for its content.
Model create_pretrained(const std::string& name, const std::string& tag = "", const PretrainedOptions& options = {});

/// The same of weights that are in no table of reszoo's: a file of one's own on a server.
Model create_pretrained(const PublishedWeights& weights, const PretrainedOptions& options = {});

}  // namespace reszoo
