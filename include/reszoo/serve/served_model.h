/// A model file that answers calls from many threads.
#pragma once
#include <atomic>
#include <filesystem>
#include <thread>

#include "reszoo/serve/call_queue.h"
#include "reszoo/serve/serve_metrics.h"

namespace reszoo {

/// Opens a model file for serving.
using ModelLoader = std::function<Predictor(const std::filesystem::path& path)>;

/// Fuses the model. One that is not a Model runs as it is, and one on a GPU unless `how` has a precision.
/// Throws: Error (usage) for a precision that it cannot have.
Predictor fused(Predictor predictor, torch::Device device, const FuseOptions& how);

/// Opens a copy of the file with `open_predictor` and makes it `fused`. The copy is a temporary file without a name, or
/// in memory if none can be made.
Predictor open_fused(const std::filesystem::path& path, const PredictorOptions& options = {},
                     const FuseOptions& how = {});

/// How calls are gathered and computed.
struct ServedModelOptions {
  size_t max_batch = 0;                   ///< calls in a batch; 0: 64 for tables, 8 for other models
  std::chrono::microseconds max_wait{0};  ///< how long the first call of a batch waits for others
  size_t max_queue = 256;                 ///< calls that may wait
  /// Threads that compute a batch each; 0: as many as LibTorch has threads. Those that have work divide LibTorch's
  /// threads among them, except for small batches of rows of a table, which the thread computes itself.
  int streams = 0;
  ModelLoader load = [](const std::filesystem::path& path) { return open_fused(path); };
  std::function<void(const std::string& line)> on_note = {};  ///< called for each load, also from other threads
};

/// A model that answers calls in batches, and can be replaced by the new content of its file meanwhile.
///
///     ServedModel model("diamonds", "runs/diamonds/model/model.safetensors");
///     const auto answers = model.ask(std::vector<Row>{row});           // from any thread; it waits for the answer
///     answers.batch->table.at("prediction").numbers[answers.begin];
///
/// All functions may be called from any thread.
class ServedModel {
 public:
  /// Loads the file. `metrics`, if given, must outlive this object.
  /// Throws: as the loader does.
  ServedModel(std::string name, std::filesystem::path path, ServedModelOptions options = {},
              ServeMetrics* metrics = nullptr);
  /// Stops as `stop` does.
  ~ServedModel();
  ServedModel(const ServedModel&) = delete;
  ServedModel& operator=(const ServedModel&) = delete;

  const std::string& name() const { return name_; }
  const std::filesystem::path& path() const { return path_; }

  /// Returns the version that answers now.
  std::shared_ptr<ModelVersion> version() const;

  /// Hands a call to the threads and returns at once.
  /// Throws: Refused; the call is then unchanged.
  void submit(Call&& call) { queue_->put(std::move(call)); }

  /// Waits for the answers to rows or images.
  /// Throws: Refused; Error as `Model::input` and `Predictor::outputs` do.
  Answers ask(ModelInput input);

  /// Loads the file again, if it has changed since, or in any case with `always`. The calls that wait are answered by
  /// the new version. If it cannot be loaded, the old version stays, and `on_note` is called with the reason. Returns
  /// whether a new version was loaded.
  bool refresh(bool always = false);

  /// Fails the calls whose deadline has passed.
  void expire() { queue_->expire(); }

  /// Refuses further calls, and returns when those that wait are answered.
  void stop();

  /// Returns how many calls wait.
  size_t waiting() const { return queue_->size(); }

 private:
  /// By what a changed file is known: a replaced file has another inode, also within the clock's resolution.
  struct Stamp {
    int64_t seconds = 0, nanoseconds = 0, size = -1;
    uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp stamp_of(const std::filesystem::path& path);
  void load();
  void start_streams();
  void work(int threads);
  bool is_table() const;

  const std::string name_;
  const std::filesystem::path path_;
  const ServedModelOptions options_;
  ServeMetrics* const metrics_;
  mutable std::mutex version_mutex_;
  std::shared_ptr<ModelVersion> version_;
  std::mutex load_mutex_;
  Stamp stamp_;
  int64_t loads_ = 0;
  std::unique_ptr<CallQueue> queue_;
  std::atomic<int> busy_ = 0;  ///< threads that compute a batch now
  std::mutex stop_mutex_;
  std::vector<std::thread> streams_;
};

}  // namespace reszoo
