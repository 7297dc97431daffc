/// Options of a training run.
#pragma once
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "reszoo/base/precision.h"
#include "reszoo/base/process_group.h"
#include "reszoo/metrics/evaluation.h"
#include "reszoo/train/loss.h"
#include "reszoo/train/mixup.h"
#include "reszoo/train/optimizer.h"
#include "reszoo/train/plateau.h"
#include "reszoo/train/schedule.h"

namespace reszoo {

/// The reaction to a step whose loss or gradient is not finite.
enum class OnNonfinite {
  stop,  ///< throw; weights and buffers stay as before the step
  skip,  ///< skip the step; throw after twenty consecutive ones
};

/// Parses `stop` or `skip`.
/// Throws: Error (usage) for any other text.
OnNonfinite parse_on_nonfinite(std::string_view text);
std::string text_of(OnNonfinite rule);

/// The usual TrainerOptions::shuffle_window.
constexpr int64_t kShuffleWindow = int64_t{1} << 22;

struct TrainerOptions {
  int64_t epochs = 20;
  /// If it is less than `epochs`, the schedule is planned for this many, and the run is lengthened to `epochs` only if
  /// the validation metric still improves halfway: in the last quarter of the epochs up to there, by 1 % or more. The
  /// patience of a lengthened run is as much longer. 0: planned for `epochs`.
  int64_t planned_epochs = 0;
  int64_t batch_size = 256;  ///< rows
  OptimizerOptions optimizer = {};
  Schedule schedule = {};
  /// Also lowers the learning rate when the monitored validation metric stops improving.
  std::optional<PlateauOptions> plateau = {};
  /// Number of parts of a batch that pass through the network one after the other, with their gradients summed. Needs
  /// less memory for the same step, except that batch norms see one part at a time.
  int64_t gradient_accumulation_steps = 1;
  MixupCutmix mix = {};
  /// Precision of the matrix products and convolutions of a training step, by autocast: float32, bfloat16 or float16.
  /// float16 also scales the loss so that small gradients do not underflow. Weights, optimizer state and evaluation are
  /// float32.
  Precision precision = Precision::float32;
  OnNonfinite on_nonfinite = OnNonfinite::stop;
  double max_grad_norm = 0;  ///< maximum 2-norm of all gradients together; 0: no clipping
  int64_t patience = 0;      ///< stop after this many epochs without a better validation metric; 0: never
  /// Decay of the exponential moving average of the weights, see ExponentialMovingAverage; 0: no average. If there is
  /// one, its weights are validated and kept.
  double ema_decay = 0;
  /// Rows that are shuffled at a time if the training rows are more, see Dataset::shuffled; 0: all.
  int64_t shuffle_window = kShuffleWindow;
  uint64_t seed = 0;  ///< for LibTorch's default generators, which `fit` seeds, and for the order of rows
  torch::Device device = torch::kCPU;
  bool fast = true;                ///< use FusedTraining where it applies
  bool channels_last = false;      ///< use the channels-last memory format for 4-dimensional weights and inputs
  std::filesystem::path out = {};  ///< folder for checkpoint.safetensors and log.jsonl; empty: write nothing
  bool events = false;             ///< also write a TensorBoard event file there, see TensorBoardWriter
  /// Seconds after which a checkpoint is also written within an epoch; 0: only at the end of an epoch.
  double checkpoint_every = 600;
  /// Seconds that the run may take, those before a resume included; 0: no limit. The learning rate then falls by the
  /// share of the time that has passed, if that is ahead of the steps, and a constant one falls to 0 over the last
  /// part. The last epoch is cut short so that it is validated in time.
  double time_limit = 0;
  /// Rows whose prediction after training is within the time limit too. They take as long as those of the validation.
  int64_t rows_after = 0;
  /// Resume from the checkpoint in `out` if there is one.
  bool resume = false;
  /// The processes that train together; empty: this one alone. `batch_size` and all other options are those of the
  /// whole run, and must be the same in all processes. Only the first one calls hooks, except `stop_requested`, and
  /// writes files.
  std::shared_ptr<ProcessGroup> group = {};
  /// Into how many slices a batch is divided, a power of two; each has its own statistics of batch norms and random
  /// numbers, and gradients are added along a fixed tree. The results are then the same bits for every number of
  /// processes that divides it. 0: none, one slice for each process.
  int64_t shards = 0;
  /// Whether batch norms use the statistics of the whole batch, not those of each process's slice.
  bool sync_norms = false;
  /// Other things that the run depends on (model, data file): a flat object that must be the same in a resumed run.
  nlohmann::ordered_json settings = nlohmann::ordered_json::object();
};

}  // namespace reszoo
