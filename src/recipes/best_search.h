/// The search of fit_best.
#pragma once
#include <string>
#include <vector>

#include "best_folder.h"
#include "best_plan.h"
#include "reszoo/data/split.h"
#include "reszoo/recipes/fit_best.h"
#include "reszoo/recipes/tune.h"

namespace reszoo::detail {

/// A network that was trained without the rows of a fold.
struct FoldNetwork {
  Network network;
  EnsembleMember member;  ///< its name and options
  Tensor outputs;         ///< for the rows of the fold: (n, outputs) float64, see average_outputs
  TrainResult result;
};

/// A candidate and its networks, of the first folds in order.
struct TriedCandidate {
  Trial trial;
  std::vector<FoldNetwork> networks = {};
  double value = 0;    ///< on the first fold
  double seconds = 0;  ///< of all trainings
  double longest = 0;  ///< of one training
};

class BestSearch {
 public:
  /// `fit` must be completed.
  BestSearch(const TrainingData& data, const TrainingRecipe& recipe, const BestOptions& options, FitOptions fit);

  BestFit run();

 private:
  double used() const;        ///< seconds of the time limit
  double time_after() const;  ///< seconds that the ensemble and its predictions will take after the last training
  std::vector<Tried> tried() const;
  Trial draw(int64_t number) const;
  void resume();
  void train(const NextFit& next);
  void record(const FitRecord& record, Model&& model, TrainResult&& result);
  void keep_best();
  Candidate candidate_of(const TriedCandidate& one, size_t folds) const;
  Tensor outputs_of(const TriedCandidate& one, size_t folds) const;
  Tensor rows_of(size_t folds) const;
  BestFit ensemble() const;
  FittedModel combined(const std::vector<double>& weights) const;

  const TrainingData& data_;
  const TrainingRecipe& recipe_;
  const BestOptions& options_;
  FitOptions fit_;
  std::vector<Fold> folds_;
  BestPlan plan_;
  BestFolder folder_;
  std::vector<TriedCandidate> candidates_;
  double begin_, used_before_ = 0, kept_ = 0;
  double selection_seconds_ = 0;                  ///< of the last ensemble
  double predicted_ = 0, predicted_seconds_ = 0;  ///< rows that networks have predicted, and how long it took
};

}  // namespace reszoo::detail
