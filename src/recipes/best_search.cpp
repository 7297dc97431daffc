#include "best_search.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fit_options.h"
#include "reszoo/infer/average_outputs.h"
#include "reszoo/recipes/task_metrics.h"

namespace reszoo::detail {
namespace {

constexpr double kKeepEvery = 0.2;  // share of the time after which the best ensemble is written again

/// Returns folds that leave at least two rows, and a group or a time, for each. By time there is only the last one,
/// which has all rows before it to train on.
std::vector<Fold> best_folds(const SplitRule& rule, int64_t rows, int64_t most, uint64_t seed) {
  const bool by_time = rule.kind() == SplitRule::Kind::time;
  auto count = std::min(most, rows / 2);
  if (by_time || rule.kind() == SplitRule::Kind::group)
    count = std::min(count, std::get<0>(at::_unique(rule.keys())).numel() - by_time);
  auto all = folds(rows, std::max<int64_t>(count, 2), rule, seed);
  if (by_time) all = {all.back()};
  return all;
}

nlohmann::ordered_json settings_for(const TrainingRecipe& recipe, const BestOptions& options) {
  auto settings = recipe.trainer.settings;
  settings.update(settings_of(recipe));
  settings.update({{"epochs", recipe.trainer.epochs},
                   {"batch_size", recipe.trainer.batch_size},
                   {"lr", recipe.trainer.optimizer.lr},
                   {"weight_decay", recipe.trainer.optimizer.weight_decay},
                   {"seed", recipe.trainer.seed},
                   {"folds", options.folds}});
  return settings;
}

}  // namespace

BestSearch::BestSearch(const TrainingData& data, const TrainingRecipe& recipe, const BestOptions& options,
                       FitOptions fit)
    : data_(data),
      recipe_(recipe),
      options_(options),
      fit_(std::move(fit)),
      folds_(best_folds(data.rule, data.train.rows(), options.folds, recipe.trainer.seed)),
      plan_{.folds = folds_.size(), .time_limit = options.time_limit, .monitor = fit_.evaluation.monitor},
      folder_(recipe.trainer.out, settings_for(recipe, options), recipe.trainer.resume),
      begin_(fit_.hooks.clock()) {}

double BestSearch::used() const { return used_before_ + fit_.hooks.clock() - begin_; }

double BestSearch::time_after() const {
  size_t networks = 0;
  for (const auto& one : candidates_) networks += one.networks.size();
  const auto rows = static_cast<double>(recipe_.trainer.rows_after) *
                    static_cast<double>(std::min(networks, kBagged * folds_.size()));
  return selection_seconds_ + (predicted_ > 0 ? rows * predicted_seconds_ / predicted_ : 0);
}

std::vector<Tried> BestSearch::tried() const {
  std::vector<Tried> all;
  for (const auto& one : candidates_) all.push_back({one.networks.size(), one.value, one.longest});
  return all;
}

/// Returns a candidate that was tried, or draws the next one by the values of those on the first fold.
Trial BestSearch::draw(int64_t number) const {
  std::vector<Trial> trials;
  for (const auto& one : candidates_) {
    if (one.trial.number == number) return one.trial;
    trials.push_back(one.trial);
    trials.back().value = one.value;
  }
  return draw_trial(recipe_, recipe_.trainer.seed, number, trials, fit_.evaluation.monitor);
}

void BestSearch::resume() {
  used_before_ = folder_.used();
  for (const auto& one : folder_.earlier()) {
    if (std::isnan(one.value)) record(one, {}, {});
    else
      record(one, folder_.load(one),
             {.outcome = Outcome::finished, .best_metrics = {}, .history = {}, .seconds = one.seconds});
  }
}

/// Takes a trained network; a value that is nan is that of a training that failed.
void BestSearch::record(const FitRecord& record, Model&& model, TrainResult&& result) {
  const auto number = static_cast<size_t>(record.candidate);
  if (number == candidates_.size()) candidates_.push_back({.trial = draw(record.candidate), .value = record.value});
  auto& candidate = candidates_[number];
  candidate.seconds += record.seconds;
  candidate.longest = std::max(candidate.longest, record.seconds);
  if (std::isnan(record.value)) return;
  const auto held_out = data_.train.select(folds_[static_cast<size_t>(record.fold)].held_out);
  const double begin = used();
  const auto outputs = average_outputs(*data_.model.target, predict_rows(model, held_out).outputs);
  predicted_seconds_ += used() - begin;
  predicted_ += static_cast<double>(held_out.rows());
  candidate.networks.push_back({model.network(), {model.name, model.options}, outputs, std::move(result)});
}

void BestSearch::train(const NextFit& next) {
  const auto candidate = static_cast<int64_t>(next.candidate), fold = static_cast<int64_t>(next.fold);
  auto recipe = draw(candidate).recipe;
  recipe.trainer.seed += next.fold;
  recipe.trainer.rows_after = 0;  // its predictions are those of the ensemble
  recipe.trainer.out = folder_.folder_of(candidate, fold);
  recipe.trainer.resume = !recipe.trainer.out.empty();
  const double begin = used();
  recipe.trainer.time_limit = std::max(plan_.slice(begin), std::numeric_limits<double>::min());
  const TrainingData rows{.model = data_.model,
                          .train = data_.train.select(folds_[next.fold].train),
                          .validation = data_.train.select(folds_[next.fold].held_out)};
  auto model = data_.model;
  TrainResult result;
  double value = std::numeric_limits<double>::quiet_NaN();
  try {
    result = fit_one(model, rows, recipe, fit_, /*keep_model=*/false);
    value = best_value(result, fit_.evaluation);
  } catch (const Error& error) {
    if (candidate == 0 || error.kind() != ErrorKind::input) throw;  // only values that are not finite
    fit_.on_note(fmt::format("candidate {} is given up: {}", candidate, error.what()));
  }
  const FitRecord ended{candidate, fold, value, used() - begin, used()};
  folder_.add(ended, std::isnan(value) ? nullptr : &model);
  record(ended, std::move(model), std::move(result));
  if (options_.on_result) options_.on_result(candidate_of(candidates_[next.candidate], next.fold + 1));
}

/// Writes the model of the best ensemble so far.
void BestSearch::keep_best() {
  if (recipe_.trainer.out.empty() || candidates_.empty()) return;
  const double begin = used();
  const auto best = ensemble();
  selection_seconds_ = used() - begin;
  best.fitted.model.save(recipe_.trainer.out / "model.safetensors");
  kept_ = used();
}

BestFit BestSearch::run() {
  resume();
  try {
    while (const auto next = plan_.next(tried(), used())) {
      train(*next);
      plan_.reserve = time_after();
      if (used() - kept_ > kKeepEvery * options_.time_limit) keep_best();
    }
  } catch (const TrainingStopped&) {
    folder_.add_used(used());
    keep_best();
    throw TrainingStopped(recipe_.trainer.out);
  }
  return ensemble();
}

}  // namespace reszoo::detail
