#include "reszoo/hub/hf_hub.h"

#include <nlohmann/json.hpp>
#include <set>

#include "hf_config.h"
#include "hf_files.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kConfig[] = "config.json";
constexpr char kPreprocessor[] = "preprocessor_config.json";
constexpr uintmax_t kMostJson = uintmax_t{16} << 20;  // bytes

/// The files that may have the weights, the best first.
constexpr const char* kWeightsFiles[] = {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                                         "pytorch_model.bin.index.json"};

json read_json(const fs::path& path) {
  if (fs::file_size(path) > kMostJson)
    fail(ErrorKind::file, "{}: has {} bytes, the limit is {}", path.string(), fs::file_size(path), kMostJson);
  auto parsed = json::parse(read_file(path), nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) fail(ErrorKind::file, "{}: is not a JSON object", path.string());
  return parsed;
}

/// Returns the names of the shards that an index lists.
std::set<std::string> shards_of(const fs::path& index) {
  std::set<std::string> names;
  const auto map = json_field<json>(read_json(index), "weight_map", index.string());
  for (const auto& [key, file] : map.items()) {
    const auto name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || name == "." || name == ".." || name.find_first_of("/\\?#%") != std::string::npos)
      fail(ErrorKind::file, "{}: \"{}\" is not the name of a file beside it", index.string(), escaped(file.dump()));
    names.insert(name);
  }
  return names;
}

/// Gets the shards beside an index.
void get_shards(HubFiles& files, const fs::path& index) {
  for (const auto& name : shards_of(index))
    if (!files.get(name))
      fail(ErrorKind::file, "{}: {}, which the index names, is not in the repository", files.repository().text(), name);
}

bool is_index(const fs::path& path) { return path.extension() == ".json"; }

/// Returns the weights that are in the cache, with all their shards.
std::optional<fs::path> cached_weights(HubFiles& files) {
  for (const auto* name : kWeightsFiles)
    if (auto path = files.cached(name)) return path;
  return std::nullopt;
}

}  // namespace

fs::path fetch_hub_weights(const HubRepository& repository, const FetchOptions& options) {
  HubFiles files(repository, options, {kWeightsFiles[0]});
  auto path = cached_weights(files);
  for (const auto* name : kWeightsFiles)
    if (!path) path = files.fetch(name);
  if (!path)
    fail(ErrorKind::file, "{}: has none of {} at revision {}", repository.text(), fmt::join(kWeightsFiles, ", "),
         repository.revision);
  if (is_index(*path)) get_shards(files, *path);
  return *path;
}

std::optional<PretrainedConfig> find_hub_config(const HubRepository& repository, const FetchOptions& options) {
  HubFiles files(repository, options, {kConfig, kWeightsFiles[0]});
  const auto path = files.get(kConfig);
  if (!path) return std::nullopt;
  const auto config = read_json(*path);
  const auto source = fmt::format("{}: {}", repository.text(), kConfig);
  if (!is_transformers_config(config)) return timm_config(config, repository, source);
  HubFiles others(repository, options, {kPreprocessor, kWeightsFiles[0]});
  const auto preprocessor = others.get(kPreprocessor);
  if (!preprocessor && options.on_warning)
    options.on_warning(fmt::format("{}: has no {}; images are prepared as for torchvision's ImageNet models",
                                   repository.text(), kPreprocessor));
  return transformers_config(config, preprocessor ? read_json(*preprocessor) : json(), repository, source);
}

}  // namespace reszoo
