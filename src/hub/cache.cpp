#include "reszoo/hub/cache.h"

#include <string_view>

#include "environment.h"
#include "hf_cache.h"
#include "reszoo/base/error.h"
#include "reszoo/hub/hf_hub.h"
#include "reszoo/hub/sha256.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Returns `$own/<below>` if the variable `own` is set, else `<cache folder>/<name>/<below>`.
fs::path cache_folder(const char* own, const char* name, const char* below) {
  if (const auto home = variable({own}); !home.empty()) return fs::path(home) / below;
  if (const auto cache = variable({"XDG_CACHE_HOME"}); !cache.empty()) return fs::path(cache) / name / below;
  const auto home = variable({"HOME"});
  if (home.empty()) fail(ErrorKind::usage, "hub: no folder for weights; set {}, XDG_CACHE_HOME or HOME", own);
  return fs::path(home) / ".cache" / name / below;
}

std::string url_of(const PretrainedConfig& weights) {
  auto mirror = variable({"RESZOO_HUB_URL"});
  if (mirror.empty()) return weights.url;
  while (mirror.ends_with('/')) mirror.pop_back();
  return fmt::format("{}/{}", mirror, weights.file);
}

/// Returns the path of the file in one of the folders, or "". A file with another digest is reported and skipped.
fs::path find_cached(const PretrainedConfig& weights, const FetchOptions& options, std::string& damaged) {
  for (const auto& folder : {weights_folder(), torch_weights_folder()}) {
    const auto path = folder / weights.file;
    if (std::error_code unreadable; !fs::is_regular_file(path, unreadable)) continue;
    const auto digest = options.verify ? sha256_of(path) : weights.digest;
    if (digest.starts_with(weights.digest)) return path;
    damaged = fmt::format("{}: is not used, its SHA-256 is {}, expected {}…", path.string(), digest, weights.digest);
    if (options.on_warning) options.on_warning(damaged);
  }
  return {};
}

}  // namespace

fs::path weights_folder() { return cache_folder("RESZOO_HOME", "reszoo", "weights"); }

fs::path torch_weights_folder() { return cache_folder("TORCH_HOME", "torch", "hub/checkpoints"); }

bool is_offline(const FetchOptions& options) {
  const auto set = variable({"RESZOO_OFFLINE"});
  return options.offline || (!set.empty() && set != "0");
}

fs::path fetch_weights(const PretrainedConfig& weights, const FetchOptions& options) {
  if (!weights.hub.empty()) return fetch_hub_weights(parse_hub_name(weights.hub), options);
  std::string damaged;
  if (const auto path = find_cached(weights, options, damaged); !path.empty()) return path;
  const auto target = weights_folder() / weights.file;
  const auto url = url_of(weights);
  if (is_offline(options)) fail_download(url, target, damaged.empty() ? "offline" : "offline; " + damaged);
  make_folder(target.parent_path());
  download(url, target, weights.digest, options.download);
  return target;
}

}  // namespace reszoo
