// The ensemble of fit_best and its leaderboard.
#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "best_search.h"
#include "reszoo/infer/average_outputs.h"
#include "reszoo/recipes/ensemble_selection.h"

namespace reszoo::detail {

Tensor BestSearch::rows_of(size_t folds) const {
  std::vector<Tensor> rows;
  for (size_t fold = 0; fold < folds; ++fold) rows.push_back(folds_[fold].held_out);
  return at::cat(rows);
}

Tensor BestSearch::outputs_of(const TriedCandidate& one, size_t folds) const {
  std::vector<Tensor> outputs;
  for (size_t fold = 0; fold < folds; ++fold) outputs.push_back(one.networks[fold].outputs);
  return at::cat(outputs);
}

/// Measures a candidate on as many folds as it has, at most `folds`.
Candidate BestSearch::candidate_of(const TriedCandidate& one, size_t folds) const {
  const auto count = std::min(folds, one.networks.size());
  const auto value = [&] {
    const auto targets = data_.train.targets().cpu().index_select(0, rows_of(count));
    return fit_.evaluation.monitored(outputs_of(one, count), targets);
  };
  return {.number = one.trial.number,
          .changes = one.trial.changes,
          .networks = std::ssize(one.networks),
          .value = count > 0 ? value() : std::numeric_limits<double>::quiet_NaN(),
          .seconds = one.seconds};
}

/// Builds the model with these weights of the candidates.
FittedModel BestSearch::combined(const std::vector<double>& weights) const {
  FittedModel fitted{data_.model, {}, recipe_, fit_.evaluation};
  auto& model = fitted.model;
  for (size_t i = 0; i < candidates_.size(); ++i) {
    if (weights[i] == 0) continue;
    for (const auto& one : candidates_[i].networks) {
      model.networks.push_back(one.network);
      model.members.push_back(one.member);
      model.members.back().weight = weights[i] / static_cast<double>(candidates_[i].networks.size());
      fitted.runs.push_back(one.result);
    }
  }
  model.name = model.members.front().name;
  model.options = model.members.front().options;
  if (model.members.size() == 1) model.members.clear();
  return fitted;
}

BestFit BestSearch::ensemble() const {
  constexpr size_t kCompared = 8;  // candidates that the ensemble is selected from
  const auto& monitor = fit_.evaluation.monitor;
  const auto& target = *data_.model.target;
  const auto all = tried();
  const auto folds = plan_.common_folds(all);
  std::vector<Tensor> outputs;
  std::vector<size_t> compared;
  for (const auto i : best_first(all, monitor))
    if (all[i].folds >= folds && compared.size() < kCompared) {
      compared.push_back(i);
      outputs.push_back(outputs_of(candidates_[i], folds));
    }
  const auto rows = rows_of(folds);
  const auto targets = data_.train.targets().cpu().index_select(0, rows);
  const auto mixed = [&](const auto& weights) {
    std::vector<Tensor> some;
    std::vector<double> shares;
    for (size_t i = 0; i < weights.size(); ++i)
      if (weights[i] > 0) {
        some.push_back(outputs[i]);
        shares.push_back(static_cast<double>(weights[i]));
      }
    return average_outputs(target, at::stack(some, 1), at::tensor(shares, at::kDouble));
  };
  const auto selected = select_ensemble(
      compared.size(),
      [&](const std::vector<int64_t>& counts) { return fit_.evaluation.monitored(mixed(counts), targets); }, monitor,
      {.different = static_cast<int64_t>(kBagged)});
  std::vector<double> weights(candidates_.size());
  for (size_t i = 0; i < compared.size(); ++i) weights[compared[i]] = selected.weights[i];
  BestFit best{.fitted = combined(weights), .leaderboard = {}};
  best.fitted.out_of_fold = Predictions{mixed(selected.weights), targets, rows};
  if (fit_.calibrate && !target.is_number())
    best.fitted.calibration = calibrate(best.fitted.model, *best.fitted.out_of_fold);
  for (const auto i : best_first(all, monitor)) {
    best.leaderboard.push_back(candidate_of(candidates_[i], folds));
    best.leaderboard.back().weight = weights[i];
  }
  std::stable_sort(best.leaderboard.begin(), best.leaderboard.end(), [](const Candidate& a, const Candidate& b) {
    return a.weight > 0 && (b.weight == 0 || a.weight > b.weight);
  });
  return best;
}

}  // namespace reszoo::detail
