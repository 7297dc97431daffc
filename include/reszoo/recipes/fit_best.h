/// Uses a given time for the best model: search, folds, and a weighted ensemble.
#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "reszoo/recipes/fit.h"
#include "reszoo/report/report.h"

namespace reszoo {

/// A recipe that fit_best tried.
struct Candidate {
  int64_t number = 0;                                 ///< from 0; candidate 0 is the recipe that it started with
  nlohmann::json changes = nlohmann::json::object();  ///< the values that differ from that recipe
  int64_t networks = 0;  ///< each was trained without the rows of another fold; 0: training failed
  double value = 0;      ///< of the monitored metric, on rows that the networks were not trained on; nan if it failed
  double seconds = 0;    ///< of training
  double weight = 0;     ///< in the ensemble; the sum over all candidates is 1
};

struct BestOptions {
  double time_limit = 600;  ///< seconds of training, of all runs together if they are resumed
  int64_t folds = 8;        ///< at most; fewer for few rows or groups
  /// As in `fit`; `network`, `networks` and `keep` are not used.
  FitOptions fit = {};
  std::function<void(const Candidate&)> on_result = {};  ///< called after each trained network
};

/// A trained ensemble and the candidates that it was selected from, the best first.
struct BestFit {
  FittedModel fitted;  ///< with `out_of_fold`
  std::vector<Candidate> leaderboard;
};

/// Trains as many networks as the time allows and combines the best ones to a weighted ensemble in one model.
///
/// - Candidates are the recipe itself and others drawn from the space of `tune`. Each is trained on folds of the
///   training rows (`data.rule`), and its networks predict the rows that they were not trained on. More folds are
///   trained of those that are best on the first one. By time there is a single fold: the last rows are held out.
/// - The weights follow from these predictions (select_ensemble), for at most four candidates.
/// - The preprocessing is fitted on all training rows, so that one model can hold all networks.
/// - `data.validation` and `data.test` are not used.
/// - The time is for predicting `recipe.trainer.rows_after` rows by the ensemble, too.
///
/// If `recipe.trainer.out` names a folder, it holds the model of the best ensemble so far (`model.safetensors`),
/// written every few trainings, and all networks in `best/`; a stopped run resumes there with the time that is left.
/// The result depends on the speed of the machine.
///
/// Source: Feurer et al. 2015, Efficient and Robust Automated Machine Learning; Erickson et al. 2020, arXiv:2003.06505.
/// Throws: TrainingStopped; Error (usage) for data that is not a table in memory, or other settings than those of the
/// run to resume; what fit throws.
BestFit fit_best(const TrainingData& data, const TrainingRecipe& recipe, const BestOptions& options = {});

/// Returns the leaderboard as a table for a report, as JSON, and as the lines of its best candidates. `metric` is the
/// monitored metric.
ReportTable report_table(const std::vector<Candidate>& leaderboard, const std::string& metric);
nlohmann::ordered_json leaderboard_json(const std::vector<Candidate>& leaderboard);
std::string text_of(const Candidate& candidate, const std::string& metric);

}  // namespace reszoo
