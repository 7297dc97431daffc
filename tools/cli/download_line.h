/// Progress of downloads on stderr.
#pragma once
#include <filesystem>
#include <string>

#include "reszoo/hub/cache.h"

namespace reszoo::cli {

/// Fetch options that show progress: on a terminal a line that updates in place, otherwise one line at the start.
FetchOptions fetch_with_progress(bool verify = true);

/// Lets every path that is read be a URL: of a web server, whose downloads show progress, or of an object store.
void register_urls();

/// Returns the path of a file, or that of the weights of a repository `hf-hub:owner/name`, which are downloaded once.
std::filesystem::path local_weights(const std::string& weights, const FetchOptions& options);

}  // namespace reszoo::cli
