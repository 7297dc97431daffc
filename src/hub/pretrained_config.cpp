#include "reszoo/hub/pretrained_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/hub/hf_hub.h"
#include "reszoo/zoo/registry.h"
#include "weights_row.h"

namespace reszoo {
namespace {

std::optional<double> known(double accuracy) { return accuracy > 0 ? std::optional(accuracy) : std::nullopt; }

ImagePreprocess preprocess_of(const Images& images) {
  auto preprocess = imagenet_preprocess();
  preprocess.resize = images.resize;
  preprocess.crop = images.crop;
  preprocess.interpolation = images.interpolation;
  return preprocess;
}

PretrainedConfig weights_of(const WeightsRow& row) {
  const std::string file = row.file;
  const auto digest = file.rfind('-') + 1;
  return {.model = row.model,
          .tag = row.tag,
          .file = file,
          .url = fmt::format("{}/{}", row.folder, file),
          .digest = file.substr(digest, file.rfind('.') - digest),
          .preprocess = preprocess_of(row.images),
          .top1 = known(row.top1),
          .top5 = known(row.top5),
          .license = row.license};
}

PretrainedConfig weights_of(const HubRow& row) {
  PretrainedConfig weights{.model = row.model,
                           .tag = row.tag,
                           .hub = fmt::format("hf-hub:timm/{}.{}", row.model, row.tag),
                           .classes = row.classes,
                           .preprocess = preprocess_of(row.images),
                           .license = row.license};
  if (row.pixels == Pixels::half) weights.preprocess.mean = weights.preprocess.std = {0.5, 0.5, 0.5};
  return weights;
}

/// Calls visit(row) for all rows. torchvision's come first, so that its default is the default of a network, and those
/// for ImageNet's classes come before others of the Hub.
template <typename Visit>
void visit_rows(Visit visit) {
  for (const auto table : {torchvision_weights(), timm_weights()}) std::for_each(table.begin(), table.end(), visit);
  for (const auto& row : timm_hub_weights())
    if (row.classes == 1000) visit(row);
  for (const auto& row : timm_hub_weights())
    if (row.classes != 1000) visit(row);
}

[[noreturn]] void fail_without_weights(const std::string& model) {
  const auto known_rows = registry().names();
  if (std::find(known_rows.begin(), known_rows.end(), model) != known_rows.end())
    fail(ErrorKind::usage, "hub: {} has no published weights", model);
  fail(ErrorKind::usage, "hub: no model \"{}\"{}", model, suggestion(model, pretrained_models()));
}

}  // namespace

std::vector<PretrainedConfig> pretrained_configs(std::string_view model) {
  std::vector<PretrainedConfig> found;
  visit_rows([&](const auto& row) {
    if (row.model == model) found.push_back(weights_of(row));
  });
  return found;
}

std::vector<std::string> pretrained_models() {
  std::vector<std::string> names;
  visit_rows([&](const auto& row) {
    if (std::find(names.begin(), names.end(), row.model) == names.end()) names.emplace_back(row.model);
  });
  return names;
}

PretrainedConfig find_pretrained_config(const std::string& model, const std::string& tag) {
  if (is_hub_name(model))
    fail(ErrorKind::usage, "{}: is described by its repository; use resolve_pretrained or create_pretrained", model);
  if (const auto split = model.find_first_of(".:"); split != std::string::npos && tag.empty())
    return find_pretrained_config(model.substr(0, split), model.substr(split + 1));
  const auto rows = pretrained_configs(model);
  if (rows.empty()) fail_without_weights(model);
  if (tag.empty()) return rows.front();
  std::vector<std::string> tags;
  for (const auto& row : rows) {
    if (row.tag == tag) return row;
    tags.push_back(row.tag);
  }
  fail(ErrorKind::usage, "hub: {} has no weights \"{}\"; it has {}{}", model, tag, list(tags, tags.size()),
       suggestion(tag, tags));
}

std::string source_of(const PretrainedConfig& weights) {
  if (!weights.hub.empty()) return weights.hub;
  const auto host = weights.url.find("://") + 3;
  return weights.url.substr(host, weights.url.find('/', host) - host);
}

nlohmann::ordered_json to_json(const PretrainedConfig& weights) {
  nlohmann::ordered_json json{{"tag", weights.tag}};
  if (weights.hub.empty()) {
    json["file"] = weights.file;
    json["url"] = weights.url;
    json["sha256_begins"] = weights.digest;
  } else {
    json["hub"] = weights.hub;
  }
  json.update({{"classes", weights.classes},
               {"resize", weights.preprocess.resize},
               {"crop", weights.preprocess.crop.value_or(0)},
               {"interpolation", weights.preprocess.interpolation},
               {"mean", weights.preprocess.mean},
               {"std", weights.preprocess.std}});
  if (weights.top1) json["top1"] = *weights.top1;
  if (weights.top5) json["top5"] = *weights.top5;
  if (!weights.license.empty()) json["license"] = weights.license;
  return json;
}

}  // namespace reszoo
