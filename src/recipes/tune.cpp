#include "reszoo/recipes/tune.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using nlohmann::json;

constexpr int64_t kFirstRung = 4, kCut = 3;

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

/// Gives the trial its value: that of an earlier run, or that of the objective.
void run_trial(Trial& trial, int64_t epochs, const TuneOptions& options, const Objective& objective,
               const std::function<void(const Trial&)>& on_result, History& history) {
  trial.epochs = epochs;
  if (const auto* known = history.find(trial)) {
    trial.value = *known;
    return;
  }
  auto recipe = trial.recipe;
  recipe.trainer.epochs = epochs;
  recipe.trainer.out = trial_folder(options, trial);
  recipe.trainer.resume = !recipe.trainer.out.empty();
  trial.value = objective(recipe);
  history.add(trial);
  if (on_result) on_result(trial);
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

std::vector<Trial> tune(const TrainingRecipe& recipe, const TuneOptions& options, const Objective& objective,
                        const std::function<void(const Trial&)>& on_result) {
  if (options.trials < 1) fail(ErrorKind::usage, "tune: needs at least one trial, got {}", options.trials);
  History history(options.out);
  std::vector<Trial> running, ended;
  const auto all = recipe.trainer.epochs;
  const auto run = [&](Trial& trial, int64_t epochs) {
    run_trial(trial, epochs, options, objective, on_result, history);
  };
  int64_t epochs = options.trials == 1 ? all : std::min(kFirstRung, all);
  for (int64_t i = 0; i < options.trials; ++i) {
    auto trial = draw_trial(recipe, options.seed, i, running, options.monitor);
    run(trial, epochs);
    running.push_back(std::move(trial));
  }
  for (;;) {
    sort_best_first(running, options.monitor);
    if (epochs == all) break;
    const auto stay = static_cast<std::ptrdiff_t>((running.size() + kCut - 1) / kCut);
    ended.insert(ended.begin(), running.begin() + stay, running.end());
    running.resize(static_cast<size_t>(stay));
    epochs = running.size() == 1 ? all : std::min(epochs * kCut, all);
    for (auto& trial : running) run(trial, epochs);
  }
  running.insert(running.end(), ended.begin(), ended.end());
  return running;
}

}  // namespace reszoo
