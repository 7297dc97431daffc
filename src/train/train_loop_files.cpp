// Reads and writes the files of a training run: checkpoints, logs, weights for hooks.
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/train/checkpoint.h"
#include "reszoo/weights/load.h"
#include "train/guards.h"
#include "train/run_folder.h"
#include "train/train_loop.h"

namespace reszoo::detail {
namespace {

int64_t bytes_of(const StateDict& state) {
  int64_t bytes = 0;
  for (const auto& item : state) bytes += static_cast<int64_t>(item.value().nbytes());
  return bytes;
}

}  // namespace

StateDict TrainLoop::kept_weights() const { return average_ ? average_->state() : state_of(*model_.ptr()); }

/// Prepares the folder of the run. A run of several processes has only that of the first one, which reads the
/// checkpoint for all.
void TrainLoop::open_files() {
  team_.in_first([&] {
    open_run_folder(options_.out);
    require_space();
  });
  if (!options_.resume) return;
  const auto checkpoint = options_.out / "checkpoint.safetensors";
  const auto bytes =
      team_.from_first([&] { return std::filesystem::exists(checkpoint) ? Bytes::map(checkpoint) : Bytes::own(""); });
  if (bytes.size() > 0) restore(checkpoint, bytes);
}

void TrainLoop::restore(const std::filesystem::path& checkpoint, const Bytes& bytes) {
  const auto& schedule = options_.schedule;
  const bool more_epochs = schedule.kind == Schedule::Kind::constant && schedule.warm_up == 0;
  auto state = parse_checkpoint(bytes, checkpoint.string(), settings_, more_epochs);
  load_state(*model_.ptr(), state.weights, {}, checkpoint.string());
  optimizer_.load(state.optimizer);
  if (average_) average_->load(state.average);
  auto generators = default_generators(options_.device);
  set_states(generators, options_.device.is_cuda() ? std::vector{state.cpu_generator, state.cuda_generator}
                                                   : std::vector{state.cpu_generator});
  state_ = std::move(state);
  // The run may have been interrupted after its best epoch but before the model was written.
  best_pending_ = !state_.best.is_empty();
}

/// Throws if the files of the run could not be written: each is written beside its old content, which it then replaces.
void TrainLoop::require_space() const {
  const auto weights = bytes_of(state_of(*model_.ptr()));
  const auto copies = 2 + average_.has_value();  // the weights, the best ones and the average
  std::vector<FutureFile> files{{options_.out / "log.jsonl"}};
  if (options_.events) files.push_back({options_.out / "events"});
  const auto add = [&](const char* name, int64_t bytes) {
    const auto path = options_.out / name;
    for (auto times = std::filesystem::is_regular_file(path) ? 1 : 2; times > 0; --times)
      files.push_back({path, bytes});
  };
  add("checkpoint.safetensors", weights * copies);
  if (hooks_.on_best) add("model.safetensors", weights);
  require_writable(files);
}

void TrainLoop::save() {
  state_.weights = state_of(*model_.ptr());
  state_.optimizer = optimizer_.state();
  if (average_) state_.average = average_->state();
  const auto generators = states_of(default_generators(options_.device));
  state_.cpu_generator = generators.front();
  if (options_.device.is_cuda()) state_.cuda_generator = generators.back();
  save_checkpoint(options_.out / "checkpoint.safetensors", state_, settings_);
}

/// Appends the epochs that the event file does not contain. After a failure the file is written from the start.
void TrainLoop::write_events() {
  if (!events_) {
    events_.emplace(options_.out);
    events_written_ = 0;
  }
  try {
    for (; events_written_ < state_.history.size(); ++events_written_) events_->add(state_.history[events_written_]);
  } catch (...) {
    events_.reset();
    throw;
  }
}

/// Calls on_weights for an epoch before the checkpoint that includes this epoch is written.
void TrainLoop::emit_weights() {
  if (hooks_.on_weights) try {
      hooks_.on_weights(kept_weights(), state_.history);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::file) throw;
      if (hooks_.on_warning)
        hooks_.on_warning(fmt::format("{}; the weights of epoch {} are not kept", error.what(), state_.epoch));
    }
}

/// Writes the files that are due. Only the first process does, and all fail if they must be written and cannot.
void TrainLoop::write(const Progress& progress, bool must_succeed) {
  if (must_succeed) team_.in_first([&] { write_files(progress, true); });
  else if (team_.is_first()) write_files(progress, false);
}

void TrainLoop::write_files(const Progress& progress, bool must_succeed) {
  std::optional<Error> failure;
  const auto attempt = [&](const auto& action) {
    try {
      action();
      return true;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::file) throw;
      if (!failure) failure = error;
      if (!must_succeed && hooks_.on_warning) hooks_.on_warning(fmt::format("{}; training goes on", error.what()));
      return false;
    }
  };
  // The model is written before the checkpoint. In the opposite order, an interruption between the two would leave a
  // checkpoint that knows of a better model than the file holds, and the older file would stay for good.
  if (best_pending_ && hooks_.on_best) best_pending_ = !attempt([&] { hooks_.on_best(state_.best, progress); });
  if (!options_.out.empty()) {
    attempt([&] { save(); });
    attempt([&] { write_file(options_.out / "log.jsonl", log_lines(state_.history)); });
    if (options_.events) attempt([&] { write_events(); });
    last_checkpoint_ = hooks_.clock();
  }
  if (must_succeed && failure) throw *failure;
}

/// Writes a checkpoint within an epoch if the last one is old enough, or if one is asked for.
void TrainLoop::write_if_due() {
  if (options_.out.empty() || !team_.is_first()) return;
  const bool asked = hooks_.checkpoint_requested && hooks_.checkpoint_requested();
  const bool old = options_.checkpoint_every > 0 && hooks_.clock() - last_checkpoint_ >= options_.checkpoint_every;
  if (!asked && !old) return;
  write(progress(), false);
  pass_time();
  if (!team_.divides()) agree_on_time();
}

}  // namespace reszoo::detail
