#include "reszoo/zoo/identify.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/weights/key_map.h"
#include "reszoo/zoo/meta_model.h"

namespace reszoo {
namespace {

/// The keys, shapes and dtypes of a model with these options.
struct MetaModel {
  std::string name;
  ModelOptions options;
  StateDict tensors;
  std::string classifier, first_convolution;
};

/// Builds the model on the meta device. Returns nothing if it cannot be built with these options.
std::optional<MetaModel> meta_model(const std::string& name, ModelOptions options) {
  try {
    const auto network = create_meta_model(name, options);
    MetaModel model{name, std::move(options), state_of(*network), network->classifier_path(), ""};
    const auto first = std::find_if(model.tensors.begin(), model.tensors.end(),
                                    [](const auto& item) { return item.value().dim() == 4; });
    if (first != model.tensors.end()) model.first_convolution = first->key();
    return model;
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Returns all image models with their default options. Each is built once; a program may register more between two
/// calls. Each thread has its own list, so that no lock is needed.
const std::map<std::string, std::optional<MetaModel>>& image_models() {
  static thread_local std::map<std::string, std::optional<MetaModel>> known;
  for (const auto& name : registry().names())
    if (registry().find(name).domain == Domain::image && !known.contains(name))
      known[name] = meta_model(name, ImageOptions{});
  return known;
}

bool has_all_keys_of(const MetaModel& model, const StateDict& state) {
  return std::all_of(state.begin(), state.end(), [&](const auto& item) { return model.tensors.contains(item.key()); });
}

/// Compares the model with the keys and shapes of the state_dict. Returns nothing if they differ.
std::optional<ModelMatch> match(const MetaModel& model, const StateDict& state) {
  if (!has_all_keys_of(model, state)) return std::nullopt;
  auto options = to_json(model.options);
  for (const auto& item : model.tensors) {
    const auto& key = item.key();
    const auto wanted = item.value().sizes();
    const auto* found = state.find(key);
    if (!found) {
      if (!key.ends_with("num_batches_tracked")) return std::nullopt;
    } else if (found->sizes() != wanted) {
      const bool same_rank = found->dim() == item.value().dim() && found->dim() > 0;
      if (same_rank && (key == model.classifier + ".weight" || key == model.classifier + ".bias") &&
          found->sizes().slice(1) == wanted.slice(1))
        options["outputs"] = found->size(0);
      else if (same_rank && key == model.first_convolution && found->size(0) == wanted[0] &&
               found->sizes().slice(2) == wanted.slice(2))
        options["channels"] = found->size(1);
      else return std::nullopt;
    }
  }
  return ModelMatch{model.name, options_from_json(registry().find(model.name).domain, options)};
}

/// Compares the model with the options that its `options_of` derives from the state_dict.
std::optional<ModelMatch> match_by_options(const ModelInfo& info, const StateDict& state) {
  const auto options = info.options_of(state);
  const auto model = options ? meta_model(info.name, *options) : std::nullopt;
  return model ? match(*model, state) : std::nullopt;
}

/// Returns the match with the longest name that the file name begins with, as in "resnet18-f37072fd.pth", or nullptr.
const ModelMatch* named_by_file(const std::vector<ModelMatch>& matches, const std::string& source) {
  const auto file = std::filesystem::path(source).filename().string();
  const ModelMatch* found = nullptr;
  for (const auto& match : matches) {
    const auto& name = match.name;
    const bool is_whole = file.size() <= name.size() || !std::isalnum(static_cast<unsigned char>(file[name.size()]));
    if (file.starts_with(name) && is_whole && (!found || found->name.size() < name.size())) found = &match;
  }
  return found;
}

}  // namespace

std::string ModelMatch::text() const {
  std::vector<std::string> settings;
  const auto json = to_json(options);
  for (const auto& [option, value] : json.items()) settings.push_back(option + "=" + value.dump());
  return settings.empty() ? name : fmt::format("{} with {}", name, fmt::join(settings, ", "));
}

std::vector<ModelMatch> match_models(const StateDict& state) {
  auto remaps = candidate_remaps(state);
  remaps.insert(remaps.begin(), RemappedState{"", state});
  const auto& images = image_models();
  std::vector<ModelMatch> matches;
  for (const auto& name : registry().names()) {
    const auto& info = registry().find(name);
    const auto known = images.find(name);
    for (const auto& remap : remaps) {
      const auto found = info.options_of                          ? match_by_options(info, remap.state)
                         : known != images.end() && known->second ? match(*known->second, remap.state)
                                                                  : std::nullopt;
      if (!found) continue;
      matches.push_back(*found);
      break;
    }
  }
  return matches;
}

ModelMatch identify_model(const StateDict& state, const std::string& source, const std::string& preferred) {
  const auto matches = match_models(state);
  if (matches.size() == 1) return matches.front();
  for (const auto& match : matches)
    if (match.name == preferred) return match;
  if (const auto* named = named_by_file(matches, source)) return *named;
  if (matches.empty()) fail(ErrorKind::usage, "{}: fits no registered model; name its network with model", source);
  std::vector<std::string> texts;
  for (const auto& match : matches) texts.push_back(match.text());
  fail(ErrorKind::usage, "{}: fits several models that differ only in parts without weights, name one with model: {}",
       source, list(texts, 10));
}

std::pair<std::string, ModelOptions> model_for(const StateDict& state, const std::string& source,
                                               const std::string& name, const nlohmann::json& options) {
  if (!name.empty()) {
    const auto& info = registry().find(name);
    return {info.name, options_from_json(info.domain, options)};
  }
  if (!options.empty()) fail(ErrorKind::usage, "{}: options need the name of the network that they are for", source);
  const auto match = identify_model(state, source);
  return {match.name, match.options};
}

std::string match_hint(const StateDict& state) {
  std::vector<std::string> texts;
  for (const auto& match : match_models(state)) texts.push_back(match.text());
  return texts.empty() ? "" : "; it fits " + list(texts, 3);
}

}  // namespace reszoo
