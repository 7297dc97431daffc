// Reads the config.json and preprocessor_config.json of transformers' ResNets.
// Source: transformers 4, models/resnet/configuration_resnet.py and models/convnext/image_processing_convnext.py.

#include <algorithm>

#include "hf_config.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using nlohmann::json;
using Sizes = std::vector<int64_t>;

/// A network of torchvision or timm that transformers' class builds too.
struct ResNetRow {
  const char* layer_type;
  Sizes depths;
  const char* network;
};

const ResNetRow& row_of_config(const json& config, const std::string& source) {
  static const std::vector<ResNetRow> rows{
      {"basic", {2, 2, 2, 2}, "resnet18"},        {"basic", {3, 4, 6, 3}, "resnet34"},
      {"bottleneck", {2, 2, 2, 2}, "resnet26"},   {"bottleneck", {3, 4, 6, 3}, "resnet50"},
      {"bottleneck", {3, 4, 23, 3}, "resnet101"}, {"bottleneck", {3, 8, 36, 3}, "resnet152"}};
  const auto type = config.value("layer_type", json("bottleneck"));
  const auto depths = config.value("depths", json(Sizes{3, 4, 6, 3}));
  for (const auto& row : rows)
    if (type == row.layer_type && depths == json(row.depths)) return row;
  fail(ErrorKind::file, "{}: reszoo has no ResNet with depths {} of {} blocks", source, escaped(depths.dump()),
       escaped(type.dump()));
}

/// Checks the fields that torchvision's networks cannot have otherwise.
void check_fields(const json& config, const ResNetRow& row, const std::string& source) {
  const bool basic = std::string_view(row.layer_type) == "basic";
  const std::pair<const char*, json> expected[] = {
      {"embedding_size", 64},
      {"hidden_sizes", basic ? Sizes{64, 128, 256, 512} : Sizes{256, 512, 1024, 2048}},
      {"hidden_act", "relu"},
      {"downsample_in_first_stage", false},
      {"downsample_in_bottleneck", false}};
  for (const auto& [name, value] : expected)
    if (config.contains(name) && config[name] != value)
      fail(ErrorKind::file, "{}: {} must be {} for {}, got {}", source, name, value.dump(), row.network,
           escaped(config[name].dump()));
}

/// Whether the weights have a head: those of ResNetModel and ResNetBackbone do not.
bool has_head(const json& config, const std::string& source) {
  const auto classes = field_or(config, "architectures", std::vector<std::string>{}, source);
  return classes.empty() || std::any_of(classes.begin(), classes.end(),
                                        [](const auto& name) { return name.ends_with("ForImageClassification"); });
}

/// Returns the names of the classes in the order of the outputs.
std::vector<std::string> names_in(const json& labels, const std::string& source) {
  std::vector<std::string> names(labels.size());
  for (size_t i = 0; i < names.size(); ++i) names[i] = json_field<std::string>(labels, std::to_string(i), source);
  return names;
}

/// Returns PIL's number of an interpolation as a name.
std::string interpolation_of(const json& preprocessor, const std::string& source) {
  const auto number = preprocessor.value("resample", json(2));
  if (number == 1) return "lanczos";
  if (number == 2) return "bilinear";
  if (number == 3) return "bicubic";
  fail(ErrorKind::file, "{}: resample must be 1, 2 or 3, got {}", source, escaped(number.dump()));
}

/// Returns a number that a text, an object's field, or both may hold: 224, {"shortest_edge": 224}.
std::optional<int64_t> side_of(const json& object, const char* field, const char* inner) {
  if (!object.contains(field)) return std::nullopt;
  const auto& size = object[field];
  const auto& number = size.is_object() && size.contains(inner) ? size[inner] : size;
  return number.is_number_integer() && number.get<int64_t>() > 0 ? std::optional(number.get<int64_t>()) : std::nullopt;
}

/// Sets the sizes. With `crop_pct` (ConvNeXT's processor, which the ResNets have) the image is cropped, unless its side
/// is 384 or more; with `crop_size` it is resized and cropped; without both it is resized to a square.
void set_sizes(ImagePreprocess& preprocess, const json& object, const std::string& source) {
  const auto side = side_of(object, "size", "shortest_edge"), height = side_of(object, "size", "height");
  const auto crop =
      object.value("do_center_crop", json(false)) == true ? side_of(object, "crop_size", "height") : std::nullopt;
  if (!side && (!height || side_of(object, "size", "width") != height))
    fail(ErrorKind::file, "{}: size must be that of a square, got {}", source,
         escaped(object.value("size", json()).dump()));
  preprocess.resize = side ? *side : *height;
  preprocess.crop = crop ? *crop : preprocess.resize;
  if (crop && side) return;
  const auto fraction = object.value("crop_pct", json());
  preprocess.squash = !fraction.is_number() || preprocess.resize >= 384;
  if (preprocess.squash) return;
  if (!(fraction.get<double>() > 0 && fraction.get<double>() <= 1))
    fail(ErrorKind::file, "{}: crop_pct must be in (0, 1], got {}", source, fraction.dump());
  preprocess.resize = static_cast<int64_t>(static_cast<double>(preprocess.resize) / fraction.get<double>());
}

ImagePreprocess preprocess_of_processor(const json& object, const std::string& source) {
  auto preprocess = imagenet_preprocess();
  if (object.is_null()) return preprocess;
  preprocess.interpolation = interpolation_of(object, source);
  if (object.value("do_normalize", json(true)) == false) preprocess.mean = preprocess.std = {};
  else {
    preprocess.mean = field_or(object, "image_mean", preprocess.mean, source);
    preprocess.std = field_or(object, "image_std", preprocess.std, source);
  }
  if (object.value("do_rescale", json(true)) == false) fail(ErrorKind::file, "{}: do_rescale must be true", source);
  if (object.value("do_resize", json(true)) == false) preprocess.resize = 0, preprocess.crop = std::nullopt;
  else set_sizes(preprocess, object, source);
  return preprocess;
}

}  // namespace

bool is_transformers_config(const json& config) {
  return config.contains("model_type") && !config.contains("architecture");
}

PretrainedConfig transformers_config(const json& config, const json& preprocessor, const HubRepository& repository,
                                     const std::string& source) {
  if (config["model_type"] != "resnet")
    fail(ErrorKind::file, "{}: is of the kind {} of transformers, reszoo reads its kind \"resnet\" and timm's networks",
         source, escaped(config["model_type"].dump()));
  const auto& row = row_of_config(config, source);
  check_fields(config, row, source);
  PretrainedConfig weights{.model = row.network, .tag = repository.revision, .hub = repository.text()};
  const bool has_classes = has_head(config, source);
  if (has_classes && config.contains("id2label"))
    weights.class_names = distinct(names_in(json_field<json>(config, "id2label", source), source));
  weights.classes = !has_classes                  ? 0
                    : weights.class_names.empty() ? field_or<int64_t>(config, "num_labels", 2, source)
                                                  : static_cast<int64_t>(weights.class_names.size());
  const auto channels = field_or<int64_t>(config, "num_channels", 3, source);
  if (channels != 3) weights.options.channels = channels;
  weights.preprocess = preprocess_of_processor(preprocessor, repository.text() + ": preprocessor_config.json");
  weights.preprocess.channels = channels;
  return weights;
}

}  // namespace reszoo
