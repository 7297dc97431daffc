/// What a report shows of a model and its rows.
#pragma once
#include "dataset.h"
#include "reszoo/report/report.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo::cli {

/// Adds the predictions: outputs and targets of rows as a Target has them,
/// `rows` the name of these.
void add_predictions(ReportData& report, const Target& target, const Tensor& outputs, const Tensor& targets,
                     const std::string& rows);

/// Adds the importance of each column that the model reads, and the dependence on
/// the most important ones. `table` holds raw rows with their targets; at most
/// some thousands are looked at, fewer of a wide table.
void add_columns(ReportData& report, Model& model, const Frame& table, const Evaluation& evaluation, uint64_t seed);

/// Adds all that a trained model and its dataset show: predictions and columns by
/// its test rows, else its validation rows, else those it was trained on.
void add_dataset(ReportData& report, Model& model, const Dataset& dataset, const Evaluation& evaluation, uint64_t seed);

}  // namespace reszoo::cli
