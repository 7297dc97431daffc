/// Weights from repositories of the Hugging Face Hub: `hf-hub:owner/name`.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "reszoo/hub/cache.h"
#include "reszoo/hub/pretrained_config.h"

namespace reszoo {

/// A repository of models, at one revision.
struct HubRepository {
  std::string name;               ///< "timm/resnet50.a1_in1k"
  std::string revision = "main";  ///< a branch, a tag, or the 40 digits of a commit

  /// Returns the name as users write it: "hf-hub:timm/resnet50.a1_in1k", followed by "@revision" if that is not main.
  std::string text() const;
};

/// Whether a text names a repository: it begins with `hf-hub:`, as in timm.
bool is_hub_name(std::string_view text);

/// Parses `hf-hub:owner/name` or `hf-hub:owner/name@revision`.
/// Throws: Error (usage) if the text is not of this form.
HubRepository parse_hub_name(std::string_view text);

/// Returns the cache of the Python package huggingface_hub, which reszoo shares: $HF_HUB_CACHE, else $HF_HOME/hub, else
/// $XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub.
///
/// Throws: Error (usage) if none of these variables nor HOME is set.
std::filesystem::path hub_cache_folder();

/// Returns the path of the repository's weights: `model.safetensors` or `pytorch_model.bin`, or the index of such a
/// file in shards, which then lie beside it.
///
/// Files in the cache are used without asking the server. Others are downloaded into it, from $HF_ENDPOINT if that is
/// set, with the token of $HF_TOKEN or of the file $HF_HOME/token, which is sent to that host only. With
/// `options.offline`, $HF_HUB_OFFLINE or $RESZOO_OFFLINE nothing is downloaded.
///
/// The SHA-256 (large files) or git's SHA-1 (small ones) that the server names is compared with the content, and again
/// each time the file is used. `options.on_warning` is told of a file whose server names neither.
///
/// Throws: Error (file), which names the repository, the file and the revision, and what to do: accept a licence, set
/// HF_TOKEN, or which files to put where by other means.
std::filesystem::path fetch_hub_weights(const HubRepository& repository, const FetchOptions& options = {});

/// Returns what the repository's `config.json` says of its weights: that of timm, or of the ResNets of transformers,
/// whose preprocessing is in `preprocessor_config.json`. Returns nothing if the repository has no `config.json`.
///
/// Throws: as `fetch_hub_weights`, and Error (file) for the config of a network that reszoo does not have.
std::optional<PretrainedConfig> find_hub_config(const HubRepository& repository, const FetchOptions& options = {});

}  // namespace reszoo
