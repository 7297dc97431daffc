#include "reszoo/recipes/tune.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <random>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using nlohmann::json;

constexpr int64_t kFirstRung = 4, kCut = 3;

/// Draws random values from a generator whose results the standard defines. The mapping to distributions is our own,
/// because those of the standard library differ between implementations.
class TrialSampler {
 public:
  TrialSampler(uint64_t seed, int64_t number) : bits_(seed * 0x9e3779b97f4a7c15 + static_cast<uint64_t>(number)) {
    bits_.discard(16);
  }
  double between(double low, double high) { return low + (high - low) * static_cast<double>(bits_() >> 11) * 0x1p-53; }
  double logarithmic(double low, double high) { return std::exp(between(std::log(low), std::log(high))); }
  int64_t whole(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(between(0, 1) * static_cast<double>(high - low + 1));
  }
  double or_zero(double value) { return between(0, 1) < 0.2 ? 0 : value; }

 private:
  std::mt19937_64 bits_;
};

/// Rounds to three digits, so that a printed recipe is exact.
double rounded(double value) {
  if (value == 0) return 0;
  const double unit = std::pow(10, std::floor(std::log10(std::abs(value))) - 2);
  return std::stod(fmt::format("{:.3g}", std::round(value / unit) * unit));
}

/// The results of an earlier run, by trial and epochs.
using Known = std::map<std::pair<int64_t, int64_t>, double>;

Known read_history(const std::filesystem::path& path) {
  Known known;
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) {
    const auto entry = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (entry.is_discarded()) continue;  // the line at which a run was interrupted
    known[{entry.at("trial"), entry.at("epochs")}] =
        entry.at("value").is_null() ? std::numeric_limits<double>::quiet_NaN() : entry.at("value").get<double>();
  }
  return known;
}

/// The history file, which is complete after each result.
class History {
 public:
  explicit History(const std::filesystem::path& out) {
    if (out.empty()) return;
    std::filesystem::create_directories(out);
    path_ = out / "tune.jsonl";
    known_ = read_history(path_);
    if (std::filesystem::exists(path_)) text_ = read_file(path_);
    if (!text_.empty() && text_.back() != '\n') text_.erase(text_.rfind('\n') + 1);
  }
  const double* find(const Trial& trial) const {
    const auto found = known_.find({trial.number, trial.epochs});
    return found == known_.end() ? nullptr : &found->second;
  }
  void add(const Trial& trial) {
    if (path_.empty()) return;
    text_ += json{{"trial", trial.number}, {"epochs", trial.epochs}, {"value", trial.value}, {"changes", trial.changes}}
                 .dump() +
             "\n";
    write_file(path_, text_);
  }

 private:
  std::filesystem::path path_;
  Known known_;
  std::string text_;
};

void run_rung(std::vector<Trial>& trials, int64_t epochs, const TuneOptions& options, const Objective& objective,
              const std::function<void(const Trial&)>& on_result, History& history) {
  for (auto& trial : trials) {
    trial.epochs = epochs;
    if (const auto* known = history.find(trial)) {
      trial.value = *known;
      continue;
    }
    auto recipe = trial.recipe;
    recipe.trainer.epochs = epochs;
    recipe.trainer.out = trial_folder(options, trial);
    recipe.trainer.resume = !recipe.trainer.out.empty();
    trial.value = objective(recipe);
    history.add(trial);
    if (on_result) on_result(trial);
  }
}

void sort_best_first(std::vector<Trial>& trials, const Monitor& monitor) {
  std::stable_sort(trials.begin(), trials.end(),
                   [&](const Trial& a, const Trial& b) { return monitor.is_better(a.value, b.value); });
}

}  // namespace

std::filesystem::path trial_folder(const TuneOptions& options, const Trial& trial) {
  if (options.out.empty()) return {};
  const auto name = fmt::format("trial-{:03}", trial.number);
  const bool goes_on = trial.recipe.trainer.schedule == Schedule{};
  return options.out / (goes_on ? name : fmt::format("{}-{}", name, trial.epochs));
}

Trial draw_trial(const TrainingRecipe& recipe, uint64_t seed, int64_t number) {
  Trial trial{.number = number, .recipe = recipe, .value = std::numeric_limits<double>::quiet_NaN()};
  if (number == 0) return trial;
  TrialSampler draw(seed, number);
  auto& changes = trial.changes;
  const bool many =
      recipe.options.value("members", 0) > 0;  // k networks in one need less width and cost k times as much
  changes["blocks"] = draw.whole(1, many ? 3 : 4);
  changes["width"] = many ? 16 * draw.whole(3, 12) : 32 * draw.whole(2, 12);
  const auto factor = rounded(many ? draw.between(0.5, 2) : draw.between(1, 4));
  if (recipe.network == "tabular_resnet") changes["hidden_factor"] = factor;
  changes["dropout"] = rounded(draw.or_zero(draw.between(0, 0.5)));
  const auto bins = draw.whole(2, 64), width = 4 * draw.whole(1, 8);
  if (recipe.options.contains("numeric_width")) changes["numeric_width"] = width;
  trial.recipe.options.update(changes);
  if (recipe.bins > 0) trial.recipe.bins = changes["bins"] = bins;
  trial.recipe.trainer.optimizer.lr = changes["lr"] = rounded(draw.logarithmic(3e-4, 1e-2));
  trial.recipe.trainer.optimizer.weight_decay = changes["weight_decay"] =
      rounded(draw.or_zero(draw.logarithmic(1e-4, 0.1)));
  return trial;
}

std::vector<Trial> tune(const TrainingRecipe& recipe, const TuneOptions& options, const Objective& objective,
                        const std::function<void(const Trial&)>& on_result) {
  if (options.trials < 1) fail(ErrorKind::usage, "tune: needs at least one trial, got {}", options.trials);
  History history(options.out);
  std::vector<Trial> running, ended;
  for (int64_t i = 0; i < options.trials; ++i) running.push_back(draw_trial(recipe, options.seed, i));
  const auto all = recipe.trainer.epochs;
  for (int64_t epochs = std::min(kFirstRung, all);; epochs = std::min(epochs * kCut, all)) {
    if (running.size() == 1) epochs = all;
    run_rung(running, epochs, options, objective, on_result, history);
    sort_best_first(running, options.monitor);
    if (epochs == all) break;
    const auto stay = static_cast<std::ptrdiff_t>((running.size() + kCut - 1) / kCut);
    ended.insert(ended.begin(), running.begin() + stay, running.end());
    running.resize(static_cast<size_t>(stay));
  }
  running.insert(running.end(), ended.begin(), ended.end());
  return running;
}

}  // namespace reszoo
