#include "reszoo/train/best_epochs.h"

#include <algorithm>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

std::string epoch_file_name(int64_t epoch) { return fmt::format("model-epoch-{:03}.safetensors", epoch); }

/// Whether an epoch is better than another; without validation, whether it is later.
bool is_better(const EpochRecord& one, const EpochRecord& other, const Monitor& monitor) {
  if (one.metrics.empty() || other.metrics.empty()) return one.epoch > other.epoch;
  return monitor.is_better(monitor.value_of(one.metrics), monitor.value_of(other.metrics));
}

}  // namespace

std::vector<int64_t> best_epochs(const std::vector<EpochRecord>& history, const Monitor& monitor, int64_t count) {
  auto best_first = history;
  std::stable_sort(best_first.begin(), best_first.end(),
                   [&](const auto& a, const auto& b) { return is_better(a, b, monitor); });
  std::vector<int64_t> kept;
  for (const auto& record : best_first)
    if (std::ssize(kept) < count) kept.push_back(record.epoch);
  std::sort(kept.begin(), kept.end());
  return kept;
}

bool is_epoch_file(const fs::path& path) {
  return path.filename().string().starts_with("model-epoch-") && path.extension() == ".safetensors";
}

void keep_best_epochs(const fs::path& folder, const std::vector<EpochRecord>& history, const std::vector<int64_t>& kept,
                      const std::function<void(const fs::path&)>& save) {
  std::vector<std::string> names;
  for (const auto epoch : kept) names.push_back(epoch_file_name(epoch));
  const auto is_kept = [&](const fs::path& path) {
    return std::find(names.begin(), names.end(), path.filename()) != names.end();
  };
  const auto last = folder / epoch_file_name(history.back().epoch);
  if (is_kept(last)) save(last);
  std::vector<fs::path> older;
  for (const auto& entry : fs::directory_iterator(folder))
    if (is_epoch_file(entry.path()) && !is_kept(entry.path())) older.push_back(entry.path());
  for (const auto& path : older) {
    std::error_code error;
    fs::remove(path, error);
    if (error) fail(ErrorKind::file, "{}: cannot be removed ({})", path.string(), error.message());
  }
}

}  // namespace reszoo
