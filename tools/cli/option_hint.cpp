#include "option_hint.h"

#include <algorithm>
#include <vector>

#include "reszoo/base/text.h"

namespace reszoo::cli {
namespace {

/// Options of 0.1.0 and their names since.
constexpr std::pair<std::string_view, std::string_view> kRenamed[] = {{"--average", "--model-ema-decay"},
                                                                      {"--clip-norm", "--clip-grad"},
                                                                      {"--accumulate", "--grad-accum-steps"},
                                                                      {"--label-smoothing", "--smoothing"},
                                                                      {"--optimizer", "--opt"},
                                                                      {"--schedule", "--sched"},
                                                                      {"--metric", "--eval-metric"},
                                                                      {"--init", "--initial-checkpoint"},
                                                                      {"--balanced", "--class-weight"},
                                                                      {"--balanced-draws", "--balanced-sampling"},
                                                                      {"--threshold", "--tune-threshold"},
                                                                      {"--no-fast", "--no-fuse"},
                                                                      {"--bins", "--n-bins"},
                                                                      {"--weight", "--sample-weight"},
                                                                      {"--group", "--groups"},
                                                                      {"--numeric", "--numeric-features"},
                                                                      {"--categorical", "--categorical-features"},
                                                                      {"--ignore", "--ignore-features"},
                                                                      {"--rare", "--min-frequency"},
                                                                      {"--train-size", "--train-crop-size"},
                                                                      {"--crop", "--train-crop-mode"},
                                                                      {"--flip", "--hflip"},
                                                                      {"--jitter", "--color-jitter"},
                                                                      {"--erase", "--reprob"},
                                                                      {"--size", "--img-size"},
                                                                      {"--image", "--image-column"},
                                                                      {"--option", "--model-kwargs"},
                                                                      {"--ema", "--use-ema"},
                                                                      {"--tune", "--autotune"},
                                                                      {"--top", "--topk"},
                                                                      {"--keep", "--checkpoint-hist"},
                                                                      {"--input", "--input-size"},
                                                                      {"--plain", "--weights-only"},
                                                                      {"--calibrate", "--calibration-data"},
                                                                      {"--calibrate-most", "--calibration-samples"}};

std::vector<std::string> names_of_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

}  // namespace

std::string option_hint(const CLI::App& app) {
  const auto names = names_of_options(app);
  for (const auto& word : app.remaining()) {
    if (!word.starts_with("--")) continue;
    const auto option = word.substr(0, word.find('='));
    for (const auto& [old, now] : kRenamed)
      if (option == old && std::find(names.begin(), names.end(), now) != names.end())
        return "; did you mean " + std::string(now) + "?";
    return suggestion(option, names);
  }
  return "";
}

}  // namespace reszoo::cli
