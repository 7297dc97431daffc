/// Published weights of networks, with their preprocessing.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/zoo/options.h"

namespace reszoo {

/// One published weights file, with everything that is needed to use it (timm's PretrainedCfg).
struct PretrainedConfig {
  std::string model = {};  ///< name of a registered model
  std::string tag = {};    ///< torchvision's ("IMAGENET1K_V2") or timm's ("a1_in1k")
  std::string file = {};   ///< name of the file in the cache
  std::string url = {};
  std::string digest = {};  ///< first hexadecimal digits of the file's SHA-256: eight in reszoo's own tables
  /// The repository of the Hugging Face Hub that has the weights, instead of file, url and digest:
  /// "hf-hub:timm/resnetv2_50x1_bit.goog_in21k". The server names the digest.
  std::string hub = {};
  int64_t classes = 1000;                      ///< outputs of the network
  std::vector<std::string> class_names = {};   ///< their names; if empty, 1000 classes are ImageNet's
  ImageOptions options = {};                   ///< further options of the network
  ImagePreprocess preprocess = {};             ///< preprocessing of the publisher's evaluation
  std::optional<double> top1 = {}, top5 = {};  ///< published accuracy on ImageNet's validation set, in percent
  std::string license = {};                    ///< license of the weights; "" if the publisher names none
};

/// Returns the weights of a model, the default ones first. The list is empty if there are none.
std::vector<PretrainedConfig> pretrained_configs(std::string_view model);

/// Returns the names of the models that have weights.
std::vector<std::string> pretrained_models();

/// Finds weights by name and tag. The name may include the tag after a dot, as in timm, or after a colon:
/// `resnet50.a1_in1k`. Without a tag, the default is torchvision's default if there is one, else the first weights of
/// timm.
///
/// Throws: Error (usage) for a name or tag without weights; the message has the nearest one.
PretrainedConfig find_pretrained_config(const std::string& model, const std::string& tag = "");

/// Returns where the weights come from: the host of the URL, or the repository of the Hugging Face Hub.
std::string source_of(const PretrainedConfig& weights);

/// Returns a description of the weights as JSON.
nlohmann::ordered_json to_json(const PretrainedConfig& weights);

}  // namespace reszoo
