#include "reszoo/train/output_folder.h"

#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"
#include "reszoo/train/best_epochs.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Removes the files of an earlier search, ensemble, cross-validation or keep_best_epochs.
void remove_earlier_runs(const fs::path& folder) {
  if (!fs::is_directory(folder)) return;
  std::vector<fs::path> parts;
  for (const auto& entry : fs::directory_iterator(folder))
    if (const auto name = entry.path().filename().string(); name == "tune" || name == "best" ||
                                                            name.starts_with("network-") || name.starts_with("fold-") ||
                                                            is_epoch_file(entry.path()))
      parts.push_back(entry.path());
  for (const auto& part : parts) fs::remove_all(part);
}

}  // namespace

bool has_checkpoint(const fs::path& folder) {
  const auto has = [&](const char* name) { return fs::exists(folder / name); };
  return has("checkpoint.safetensors") || has("tune") || has("best") || has("network-1") || has("fold-1");
}

void prepare_output_folder(const fs::path& folder, bool resume, bool overwrite) {
  if (resume && !has_checkpoint(folder))
    fail(ErrorKind::file, "{}: no checkpoint to resume from", (folder / "checkpoint.safetensors").string());
  const bool used = has_checkpoint(folder) || fs::exists(folder / "model.safetensors");
  if (used && !resume && !overwrite)
    fail(ErrorKind::usage, "{}: holds a model already; resume goes on with it, overwrite begins anew", folder.string());
  if (!resume) remove_earlier_runs(folder);
  refuse_url(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(ErrorKind::file, "{}: cannot make the folder ({})", folder.string(), error.message());
}

}  // namespace reszoo
