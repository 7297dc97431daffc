#include "reszoo/hub/pretrained_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/zoo/registry.h"
#include "weights_row.h"

namespace reszoo {
namespace {

std::optional<double> known(double accuracy) { return accuracy > 0 ? std::optional(accuracy) : std::nullopt; }

PretrainedConfig weights_of(const WeightsRow& row) {
  const std::string file = row.file;
  auto preprocess = imagenet_preprocess();
  preprocess.resize = row.images.resize;
  preprocess.crop = row.images.crop;
  preprocess.interpolation = row.images.interpolation;
  const auto digest = file.rfind('-') + 1;
  return {.model = row.model,
          .tag = row.tag,
          .file = file,
          .url = fmt::format("{}/{}", row.folder, file),
          .digest = file.substr(digest, file.rfind('.') - digest),
          .preprocess = std::move(preprocess),
          .top1 = known(row.top1),
          .top5 = known(row.top5),
          .license = row.license};
}

/// Returns all rows. torchvision's come first, so that its default is the default of a network.
std::vector<WeightsRow> all_rows() {
  std::vector<WeightsRow> rows;
  for (const auto table : {torchvision_weights(), timm_weights()}) rows.insert(rows.end(), table.begin(), table.end());
  return rows;
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
  for (const auto& row : all_rows())
    if (row.model == model) found.push_back(weights_of(row));
  return found;
}

std::vector<std::string> pretrained_models() {
  std::vector<std::string> names;
  for (const auto& row : all_rows())
    if (std::find(names.begin(), names.end(), row.model) == names.end()) names.emplace_back(row.model);
  return names;
}

PretrainedConfig find_pretrained_config(const std::string& model, const std::string& tag) {
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

nlohmann::ordered_json to_json(const PretrainedConfig& weights) {
  nlohmann::ordered_json json{{"tag", weights.tag},
                              {"file", weights.file},
                              {"url", weights.url},
                              {"sha256_begins", weights.digest},
                              {"classes", weights.classes},
                              {"resize", weights.preprocess.resize},
                              {"crop", weights.preprocess.crop.value_or(0)},
                              {"interpolation", weights.preprocess.interpolation},
                              {"mean", weights.preprocess.mean},
                              {"std", weights.preprocess.std}};
  if (weights.top1) json["top1"] = *weights.top1;
  if (weights.top5) json["top5"] = *weights.top5;
  if (!weights.license.empty()) json["license"] = weights.license;
  return json;
}

}  // namespace reszoo
