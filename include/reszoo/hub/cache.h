/// The cache of downloaded weights.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "reszoo/hub/download.h"
#include "reszoo/hub/pretrained_config.h"

namespace reszoo {

/// Returns reszoo's folder for weights: $RESZOO_HOME/weights, else
/// $XDG_CACHE_HOME/reszoo/weights, else ~/.cache/reszoo/weights.
///
/// Throws: Error (usage) if none of these variables nor HOME is set.
std::filesystem::path weights_folder();

/// Returns PyTorch's folder for weights: $TORCH_HOME/hub/checkpoints, else $XDG_CACHE_HOME/torch/hub/checkpoints, else
/// ~/.cache/torch/hub/checkpoints.
std::filesystem::path torch_weights_folder();

/// Options of `fetch_weights`.
struct FetchOptions {
  bool verify = true;    ///< verify the digest of a file that is already in the cache
  bool offline = false;  ///< never connect; $RESZOO_OFFLINE, if set and not 0, has the same effect
  DownloadOptions download = {};
  /// Called with a line for the user, for instance if a file is damaged and not used.
  std::function<void(const std::string&)> on_warning = {};
};

/// Whether nothing is downloaded: by the options, or because $RESZOO_OFFLINE is set and not 0.
bool is_offline(const FetchOptions& options);

/// Returns the path of the file. It is looked up in reszoo's folder, then in PyTorch's, and else downloaded into
/// reszoo's. PyTorch's folder is only read. If $RESZOO_HUB_URL is set, files are downloaded from
/// `$RESZOO_HUB_URL/<file>` instead of the publisher's URL.
///
/// Weights of a repository of the Hugging Face Hub are fetched by `fetch_hub_weights`.
///
/// A file with a wrong digest is not used. Verifying 100 MB takes 50 ms on a processor with SHA instructions.
///
/// Throws: Error (file), which names the URL and the folder for the file, if it cannot be downloaded.
std::filesystem::path fetch_weights(const PretrainedConfig& weights, const FetchOptions& options = {});

}  // namespace reszoo
