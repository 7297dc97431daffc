/// Command-line options for the contributions of columns.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "predictor_options.h"

namespace reszoo::cli {

struct ExplainFlags {
  bool on = false;
  std::string output, background;
  int64_t rounds = 1;
};

/// Adds --explain, --explain-output, --explain-rounds and --background.
void add_explain_options(CLI::App& app, ExplainFlags& flags);

/// Returns a function that computes the columns of contributions for prepared rows; without --explain, one that returns
/// no columns. It uses the predictor, which must outlive it.
std::function<Frame(const Tensor& input)> explainer(Predictor& predictor, const ExplainFlags& flags,
                                                    const InputFlags& inputs, uint64_t seed);

/// Whether a column of the output is one of an explanation.
bool is_explanation(const std::string& column);

}  // namespace reszoo::cli
