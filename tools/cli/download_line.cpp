#include "download_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "reszoo/base/remote_path.h"
#include "reszoo/data/remote_files.h"
#include "reszoo/hub/hf_hub.h"

namespace reszoo::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kBetween = std::chrono::milliseconds(100);

std::string megabytes(int64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

/// Prints the progress of downloads, one after another.
class DownloadLine {
 public:
  void operator()(const DownloadProgress& p) {
    const auto now = Clock::now();
    const bool ends = p.done == p.total;
    if (p.file != file_) begin(p, now);
    if (!terminal_ || (!ends && now - last_ < kBetween)) return;
    last_ = now;
    const std::chrono::duration<double> seconds = now - start_;
    const double rate = static_cast<double>(p.done - from_) / std::max(seconds.count(), 1e-3) / 1e6;
    fmt::print(stderr, "\r\033[Kdownloading {}: {} of {}, {:.1f} MB/s{}", p.file, megabytes(p.done),
               p.total > 0 ? megabytes(p.total) : "?", rate, ends ? "\n" : "");
    std::fflush(stderr);
  }

 private:
  void begin(const DownloadProgress& p, Clock::time_point now) {
    file_ = p.file;
    start_ = now;
    from_ = p.done;
    if (!terminal_) fmt::print(stderr, "downloading {}{}\n", p.file, p.total > 0 ? ", " + megabytes(p.total) : "");
  }

  bool terminal_ = isatty(STDERR_FILENO) != 0;
  std::string file_;
  Clock::time_point start_, last_;
  int64_t from_ = 0;  // bytes already present at the start
};

}  // namespace

FetchOptions fetch_with_progress(bool verify) {
  FetchOptions options{.verify = verify};
  options.download.on_progress = [line = std::make_shared<DownloadLine>()](const DownloadProgress& p) { (*line)(p); };
  options.on_warning = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  return options;
}

void register_urls() {
  register_remote_files();
  auto options = fetch_with_progress().download;
  options.largest = int64_t{1} << 40;
  register_downloads(options);
}

std::filesystem::path local_weights(const std::string& weights, const FetchOptions& options) {
  return is_hub_name(weights) ? fetch_hub_weights(parse_hub_name(weights), options) : plain_url(weights);
}

}  // namespace reszoo::cli
