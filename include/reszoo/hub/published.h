/// Which trained weights there are for a network, and how they are used.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/preprocess/image_preprocess.h"

namespace reszoo {

/// One file of weights that somebody published, with what it takes to use it.
struct PublishedWeights {
  std::string model = {};  ///< a row of the registry
  std::string tag = {};    ///< torchvision's ("IMAGENET1K_V2") or timm's ("a1_in1k")
  std::string file = {};   ///< name in a cache
  std::string url = {};
  std::string digest = {};          ///< hexadecimal digits that begin the file's SHA-256: eight in reszoo's own tables
  int64_t classes = 1000;           ///< outputs of the network; 1000 are ImageNet's
  ImagePreprocess preprocess = {};  ///< as in the evaluation that the publisher describes
  std::optional<double> top1 = {}, top5 = {};  ///< published accuracy on ImageNet's validation set, percent
  std::string license = {};                    ///< of the weights, "" where the publisher names none
};

/// Returns the weights of a network, its default first; none for another name.
std::vector<PublishedWeights> published(std::string_view model);

/// Returns the names of the networks that have weights; `published` lists theirs.
std::vector<std::string> published_models();

/// Finds weights by name and tag. The name may have the tag behind a dot or a
/// colon, as timm writes it: `resnet50.a1_in1k`. Without a tag it is the default:
/// torchvision's where it has one, else the first of timm's.
///
/// Throws: Error (usage) for a name or tag without weights, with the nearest one.
PublishedWeights find_published(const std::string& model, const std::string& tag = "");

/// What a person wants to know of the weights, as JSON.
nlohmann::ordered_json to_json(const PublishedWeights& weights);

}  // namespace reszoo
