#include "reszoo/serve/served_model.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <future>

#include "answer_batch.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

std::string utc_now() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// From about so many bytes on, the threads of a batch of rows are worth their start.
constexpr size_t kLargeTable = 256 << 10;

/// Returns about how many bytes the calls have to read.
size_t bytes_of(const std::vector<Call>& calls) {
  size_t bytes = 0;
  for (const auto& call : calls) bytes += call.bytes;
  return bytes;
}

size_t bytes_of(const ModelInput& input) {
  constexpr size_t kCell = 8;
  if (const auto* table = std::get_if<Frame>(&input))
    return static_cast<size_t>(table->rows()) * table->columns.size() * kCell;
  const auto* rows = std::get_if<std::vector<Row>>(&input);
  return rows && !rows->empty() ? rows->size() * rows->front().size() * kCell : 0;
}

constexpr size_t kRowsTogether = 64, kImagesTogether = 8;  // more images are not faster, and wait longer

}  // namespace

ServedModel::ServedModel(std::string name, std::filesystem::path path, ServedModelOptions options,
                         ServeMetrics* metrics)
    : name_(std::move(name)),
      path_(std::move(path)),
      options_(std::move(options)),
      metrics_(metrics),
      stamp_(stamp_of(path_)) {
  load();
  const auto most = options_.max_batch > 0 ? options_.max_batch : is_table() ? kRowsTogether : kImagesTogether;
  queue_ = std::make_unique<CallQueue>(options_.max_queue, most, options_.max_wait);
  start_streams();
}

ServedModel::~ServedModel() { stop(); }

void ServedModel::stop() {
  queue_->stop();
  const std::lock_guard lock(stop_mutex_);
  for (auto& stream : streams_) stream.join();
  streams_.clear();
}

std::shared_ptr<ModelVersion> ServedModel::version() const {
  const std::lock_guard lock(version_mutex_);
  return version_;
}

Answers ServedModel::ask(ModelInput input) {
  std::promise<Answers> promise;
  auto future = promise.get_future();
  const auto bytes = bytes_of(input);
  submit({.read = [&](const ModelVersion&) { return std::move(input); },
          .answer = [&](const Answers& answers) { promise.set_value(answers); },
          .fail = [&](const std::exception_ptr& error) { promise.set_exception(error); },
          .bytes = bytes});
  return future.get();
}

ServedModel::Stamp ServedModel::stamp_of(const std::filesystem::path& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return {};
  return {.seconds = file.st_mtim.tv_sec,
          .nanoseconds = file.st_mtim.tv_nsec,
          .size = file.st_size,
          .inode = static_cast<uint64_t>(file.st_ino)};
}

void ServedModel::load() {
  auto loaded = std::make_shared<ModelVersion>(
      ModelVersion{.predictor = options_.load(path_), .number = loads_ + 1, .loaded = utc_now()});
  ++loads_;
  const std::lock_guard lock(version_mutex_);
  version_.swap(loaded);
}

bool ServedModel::refresh(bool always) {
  const std::lock_guard lock(load_mutex_);
  const auto stamp = stamp_of(path_);
  if (!always && stamp == stamp_) return false;
  stamp_ = stamp;  // a bad file is not tried again before it changes
  const auto say = [&](const std::string& line) {
    if (options_.on_note) options_.on_note(line);
  };
  try {
    load();
  } catch (const std::exception& error) {
    if (metrics_) metrics_->count_load(name_, false);
    say(fmt::format("{}: version {} stays, the file cannot be loaded: {}", name_, loads_, message_of(error)));
    return false;
  }
  if (metrics_) metrics_->count_load(name_, true);
  say(fmt::format("{}: version {} loaded from {}", name_, loads_, path_.string()));
  return true;
}

bool ServedModel::is_table() const {
  const auto current = version();
  const auto* model = current->predictor.model();
  return model != nullptr && model->table;
}

void ServedModel::start_streams() {
  const int threads = at::get_num_threads();
  const int streams = options_.streams > 0 ? options_.streams : threads;
  for (int i = 0; i < streams; ++i) streams_.emplace_back([this, threads] { work(threads); });
}

/// Answers batches until the model is stopped, with its share of so many threads.
void ServedModel::work(int threads) {
  const bool tables = is_table();
  const c10::InferenceMode inference;
  for (auto calls = queue_->take(); !calls.empty(); calls = queue_->take()) {
    const int busy = ++busy_;
    const bool alone = tables && bytes_of(calls) < kLargeTable;
    if (const int share = alone ? 1 : std::max(1, threads / busy); share != at::get_num_threads())
      at::set_num_threads(share);
    const auto model = version();
    const auto rows = detail::answer_batch(*model, calls);
    --busy_;
    if (metrics_) metrics_->count_batch(name_, calls.size(), rows);
  }
}

}  // namespace reszoo
