#include "reszoo/zoo/identify.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/weights/key_fit.h"
#include "reszoo/weights/key_map.h"
#include "reszoo/zoo/meta_model.h"

namespace reszoo {
namespace {

/// The keys and shapes of a model with these options.
struct MetaModel {
  std::string name;
  ModelOptions options;
  NetworkKeys keys;
};

/// Builds the model on the meta device. Returns nothing if it cannot be built with these options.
std::optional<MetaModel> meta_model(const std::string& name, ModelOptions options) {
  try {
    return MetaModel{name, options, NetworkKeys::of(*create_meta_model(name, options))};
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

/// A state_dict as it may be called in the file, by the key names of one package.
std::vector<KeyTree> trees_of(const StateDict& state) {
  std::vector<KeyTree> trees{KeyTree(state)};
  for (auto& remap : candidate_remaps(state)) trees.emplace_back(std::move(remap.state));
  return trees;
}

/// Compares the model with the keys and shapes of the state_dict. Returns nothing if they differ.
std::optional<ModelMatch> match(const MetaModel& model, const KeyTree& state) {
  const auto fits = fit_keys(model.keys, state);
  if (fits.empty() || !fits[0].unexpected.empty()) return std::nullopt;
  auto options = to_json(model.options);
  for (const auto& item : model.keys.tree.state()) {
    const auto& key = item.key();
    const auto in_file = fits[0].file_keys.find(key);
    if (in_file == fits[0].file_keys.end()) {
      if (!is_batch_counter(key)) options["outputs"] = 0;  // only a head may be missing
      continue;
    }
    const auto& found = state.state()[in_file->second];
    if (has_shape_for(item.value(), found)) continue;
    if (model.keys.differs_in_outputs(key, item.value(), found)) options["outputs"] = found.size(0);
    else if (model.keys.differs_in_channels(key, item.value(), found)) options["channels"] = found.size(1);
    else return std::nullopt;
  }
  return ModelMatch{model.name, options_from_json(registry().find(model.name).domain, options)};
}

constexpr size_t kMostPlaces = 32;  // where in a file a tabular network is looked for

/// Compares the model with the options that its `options_of` derives from the state_dict, or from a part of it.
std::optional<ModelMatch> match_by_options(const ModelInfo& info, const KeyTree& state) {
  size_t places = 0;
  for (const auto& node : state.nodes()) {
    if (node.count * 3 < state.root().count) continue;
    if (++places > kMostPlaces) break;
    const std::string path(node.path.substr(0, node.path.empty() ? 0 : node.path.size() - 1));
    const auto options = info.options_of(path.empty() ? state.state() : state_under(state.state(), path, info.name));
    const auto model = options ? meta_model(info.name, *options) : std::nullopt;
    if (auto found = model ? match(*model, state) : std::nullopt) return found;
  }
  return std::nullopt;
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
  const auto trees = trees_of(state);
  const auto& images = image_models();
  std::vector<ModelMatch> matches;
  for (const auto& name : registry().names()) {
    const auto& info = registry().find(name);
    const auto known = images.find(name);
    for (const auto& tree : trees) {
      const auto found = info.options_of                          ? match_by_options(info, tree)
                         : known != images.end() && known->second ? match(*known->second, tree)
                                                                  : std::nullopt;
      if (!found) continue;
      matches.push_back(*found);
      break;
    }
  }
  return matches;
}

bool lacks_head(const StateDict& state, const std::string& name, const ModelOptions& options) {
  const auto model = meta_model(name, options);
  if (!model || model->keys.heads.empty()) return false;
  for (const auto& tree : trees_of(state))
    if (const auto found = match(*model, tree)) return to_json(found->options).value("outputs", 1) == 0;
  return false;
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
  fail(ErrorKind::usage,
       "{}: fits several models, which differ in parts without weights or are all in it; name one with model: {}",
       source, list(texts, 10));
}

std::pair<std::string, ModelOptions> model_for(const StateDict& state, const std::string& source,
                                               const std::string& name, const nlohmann::json& options) {
  if (!name.empty()) {
    const auto& info = registry().find(name);
    auto own = options;
    if (!own.contains("outputs") && lacks_head(state, info.name, options_from_json(info.domain, own)))
      own["outputs"] = 0;
    return {info.name, options_from_json(info.domain, own)};
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
