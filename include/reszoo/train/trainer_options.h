/// Options of a run of training.
#pragma once
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "reszoo/base/precision.h"
#include "reszoo/metrics/evaluation.h"
#include "reszoo/train/loss.h"
#include "reszoo/train/mixup.h"
#include "reszoo/train/optimizer.h"
#include "reszoo/train/plateau.h"
#include "reszoo/train/schedule.h"

namespace reszoo {

/// What happens to a step whose loss or gradient is not finite.
enum class OnNonfinite {
  stop,  ///< an error; weights and buffers are those before the step
  skip,  ///< the step is left out; twenty in a row are an error
};

/// Reads `stop` or `skip`. Throws: Error (usage).
OnNonfinite parse_on_nonfinite(std::string_view text);
std::string text_of(OnNonfinite rule);

struct TrainerOptions {
  int64_t epochs = 20;
  int64_t batch_size = 256;  ///< rows
  OptimizerOptions optimizer = {};
  Schedule schedule = {};
  /// The rate also falls when the deciding metric of the validation rows no longer gets better.
  std::optional<PlateauOptions> plateau = {};
  /// Number of parts of a batch that go through the network one after the other, with their gradients summed: less
  /// memory for the same step, except that batch norms see one part at a time.
  int64_t gradient_accumulation_steps = 1;
  MixupCutmix mix = {};
  /// Precision of the products and convolutions of a training step, by autocast: float32, bfloat16 or float16, which
  /// also scales the loss so that small gradients do not vanish. Weights, optimizer state and evaluation are float32.
  Precision precision = Precision::float32;
  OnNonfinite on_nonfinite = OnNonfinite::stop;
  double max_grad_norm = 0;  ///< largest 2-norm of all gradients together; 0: not clipped
  int64_t patience = 0;      ///< stops after so many epochs without a better validation metric; 0: never
  /// Decay of the moving average of the weights, see ExponentialMovingAverage; 0: no average. With one, its weights are
  /// validated and kept.
  double ema_decay = 0;
  uint64_t seed = 0;  ///< for LibTorch's default generators, which `fit` sets, and for the order of rows
  torch::Device device = torch::kCPU;
  bool fast = true;                ///< uses FusedTraining where it applies
  bool channels_last = false;      ///< memory format of 4-dimensional weights and inputs
  std::filesystem::path out = {};  ///< folder for checkpoint.safetensors and log.jsonl; empty: nothing is written
  bool events = false;             ///< also writes TensorBoard's event file there, see TensorBoardWriter
  /// A checkpoint is also written when so many seconds have passed since the last one; 0: only at the end of an epoch.
  double checkpoint_every = 600;
  /// Goes on from the checkpoint in `out` where there is one.
  bool resume = false;
  /// What else the run depends on (model, data file): a flat object that a
  /// resumed run must repeat.
  nlohmann::ordered_json settings = nlohmann::ordered_json::object();
};

}  // namespace reszoo
