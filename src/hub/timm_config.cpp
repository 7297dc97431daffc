// Reads timm's config.json.
// Source: timm 1.0, models/_hub.py (load_model_config_from_hf) and data/transforms_factory.py.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "hf_config.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/zoo/registry.h"

namespace reszoo {
namespace {

using nlohmann::json;

/// timm's options of networks, and the names that reszoo has for them.
constexpr std::pair<const char*, const char*> kArguments[] = {{"in_chans", "channels"},
                                                              {"drop_rate", "dropout"},
                                                              {"drop_path_rate", "drop_path"},
                                                              {"drop_block_rate", "drop_block"}};

/// Options that change nothing here: the number of classes is read elsewhere, and any image size is taken.
constexpr const char* kWithoutEffect[] = {"num_classes", "img_size", "pretrained"};

ImageOptions options_of(const json& arguments, const std::string& source) {
  auto options = json::object();
  for (const auto& [name, value] : arguments.items()) {
    if (std::find(std::begin(kWithoutEffect), std::end(kWithoutEffect), name) != std::end(kWithoutEffect)) continue;
    if (value.is_null() || (name == "global_pool" && value == "avg")) continue;
    const auto* found = std::find_if(std::begin(kArguments), std::end(kArguments),
                                     [&](const auto& argument) { return name == argument.first; });
    if (found == std::end(kArguments))
      fail(ErrorKind::file, "{}: model_args has {}={}, which reszoo cannot build", source, escaped(name),
           escaped(value.dump()));
    options[found->second] = value;
  }
  return std::get<ImageOptions>(options_from_json(Domain::image, options));
}

/// Returns the name of the network; an architecture may have its tag behind a dot.
std::string network_of(const json& config, const std::string& source) {
  auto name = json_field<std::string>(config, "architecture", source);
  name = name.substr(0, name.find('.'));
  if (!registry().contains(name))
    fail(ErrorKind::file, "{}: reszoo has no network \"{}\"{}", source, escaped(name),
         suggestion(name, registry().names()));
  return name;
}

ImagePreprocess preprocess_of(const json& cfg, const std::string& source) {
  const auto shape = field_or(cfg, "input_size", std::vector<int64_t>{3, 224, 224}, source);
  const auto mode = field_or<std::string>(cfg, "crop_mode", "center", source);
  const auto fraction = field_or(cfg, "crop_pct", 0.875, source);
  ImagePreprocess preprocess{.mean = field_or(cfg, "mean", imagenet_preprocess().mean, source),
                             .std = field_or(cfg, "std", imagenet_preprocess().std, source),
                             .interpolation = field_or<std::string>(cfg, "interpolation", "bilinear", source),
                             .squash = mode == "squash",
                             .border = mode == "border"};
  if (shape.size() != 3 || shape[1] != shape[2] || shape[1] <= 0 || (shape[0] != 1 && shape[0] != 3))
    fail(ErrorKind::file, "{}: input_size must be 1 or 3 channels of squares, got ({})", source,
         fmt::join(shape, ", "));
  if (!(fraction > 0 && fraction <= 1))
    fail(ErrorKind::file, "{}: crop_pct must be in (0, 1], got {}", source, fraction);
  if (mode != "center" && mode != "squash" && mode != "border")
    fail(ErrorKind::file, "{}: crop_mode must be center, squash or border, got \"{}\"", source, escaped(mode));
  if (preprocess.interpolation != "bilinear" && preprocess.interpolation != "bicubic" &&
      preprocess.interpolation != "lanczos")
    fail(ErrorKind::file, "{}: interpolation must be bilinear, bicubic or lanczos, got \"{}\"", source,
         escaped(preprocess.interpolation));
  preprocess.channels = shape[0];
  preprocess.crop = shape[1];
  preprocess.resize = static_cast<int64_t>(std::floor(static_cast<double>(shape[1]) / fraction));
  return preprocess;
}

/// Returns names of classes in the order of the outputs. They are a list, or an object of names by number, which may
/// leave out numbers.
std::vector<std::string> names_of_labels(const json& labels, int64_t classes, const std::string& source) {
  std::vector<std::string> names;
  for (int64_t i = 0; labels.is_object() && i < classes; ++i)
    names.push_back(field_or(labels, std::to_string(i), std::to_string(i), source));
  return labels.is_object()
             ? names
             : json_field<std::vector<std::string>>(json{{"label_names", labels}}, "label_names", source);
}

/// Returns the names of the classes, which timm has had in three places; empty if there are none.
std::vector<std::string> names_in(const json& config, const json& cfg, int64_t classes, const std::string& source) {
  for (const auto& [object, key] :
       {std::pair(&config, "label_names"), std::pair(&cfg, "label_names"), std::pair(&cfg, "labels")})
    if (object->contains(key) && !(*object)[key].is_null()) return names_of_labels((*object)[key], classes, source);
  return {};
}

}  // namespace

std::vector<std::string> distinct(std::vector<std::string> names) {
  std::set<std::string> taken;
  for (size_t i = 0; i < names.size(); ++i)
    if (!taken.insert(names[i]).second) taken.insert(names[i] = fmt::format("{} ({})", names[i], i));
  return names;
}

PretrainedConfig timm_config(const json& config, const HubRepository& repository, const std::string& source) {
  // Before timm 0.9, the fields of pretrained_cfg were those of the file.
  const auto cfg = config.contains("pretrained_cfg") ? json_field<json>(config, "pretrained_cfg", source) : config;
  if (!cfg.is_object() || !config.contains("architecture"))
    fail(ErrorKind::file, "{}: is neither timm's nor of a ResNet of transformers; name the network with model", source);
  PretrainedConfig weights{.model = network_of(config, source),
                           .tag = field_or<std::string>(cfg, "tag", repository.revision, source),
                           .hub = repository.text(),
                           .preprocess = preprocess_of(cfg, source),
                           .license = field_or<std::string>(cfg, "license", "", source)};
  weights.classes =
      field_or<int64_t>(config, "num_classes", field_or<int64_t>(cfg, "num_classes", 1000, source), source);
  weights.class_names = distinct(names_in(config, cfg, weights.classes, source));
  if (const auto names = weights.class_names.size(); names > 0 && static_cast<int64_t>(names) != weights.classes)
    fail(ErrorKind::file, "{}: label_names has {} names, num_classes is {}", source, names, weights.classes);
  if (config.contains("model_args"))
    weights.options = options_of(json_field<json>(config, "model_args", source), source);
  if (weights.preprocess.channels != 3 && !weights.options.channels)
    weights.options.channels = weights.preprocess.channels;
  return weights;
}

}  // namespace reszoo
