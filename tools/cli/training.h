/// The trainings that one command makes: a network, an ensemble, a search.
#pragma once
#include "dataset.h"
#include "progress.h"
#include "reszoo/learn/fit.h"
#include "reszoo/learn/tune.h"

namespace reszoo::cli {

/// What all trainings of a command share.
struct Training {
  const Dataset& dataset;
  Evaluation evaluation;
  std::function<void(Network&)> begin;  ///< loads the weights to begin with; may be empty
  ProgressLine& progress;
  int64_t keep = 0;  ///< epochs whose models are kept beside the best one
};

/// A trained model, and how each of its networks came about.
struct Trained {
  Model model;
  std::vector<TrainResult> runs;
};

/// Trains the plan's network, or `networks` of them from seeds that follow each
/// other, each in a folder `network-<i>` of its own, and keeps the model in the
/// plan's folder.
/// Throws: Exit when a signal stopped it, once the checkpoint is written.
Trained train_networks(const Training& training, const Plan& plan, int64_t networks);

/// Searches for a better plan in the folder `tune`, telling of each result.
/// Throws: Exit as train_networks.
std::vector<Trial> search(const Training& training, const Plan& plan, int64_t trials);

}  // namespace reszoo::cli
