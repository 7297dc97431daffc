#include "option_hint.h"

#include <algorithm>
#include <vector>

#include "reszoo/base/error.h"
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

/// Returns the hint for an unknown option, or "".
std::string hint_for(const std::string& option, const CLI::App& app) {
  const auto names = names_of_options(app);
  for (const auto& [old, now] : kRenamed)
    if (option == old && std::find(names.begin(), names.end(), now) != names.end())
      return fmt::format("; did you mean {}?", now);
  return suggestion(option, names);
}

}  // namespace

std::string usage_message(const CLI::App& app, const CLI::Error& error) {
  const auto message = message_of(error);
  constexpr std::string_view unknown_in_file = "INI was not able to parse ";  // CLI11's words
  if (message.starts_with(unknown_in_file)) {
    const auto name = message.substr(unknown_in_file.size());
    return fmt::format("--config: no option \"{}\"{}", name, hint_for("--" + name, app));
  }
  const auto words = app.remaining();
  const auto option = std::find_if(words.begin(), words.end(), [](const auto& word) { return word.starts_with("--"); });
  return option == words.end() ? message : message + hint_for(option->substr(0, option->find('=')), app);
}

}  // namespace reszoo::cli
