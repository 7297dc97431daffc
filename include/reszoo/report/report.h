/// Writes the report of a run as one HTML page.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/metrics/importance.h"
#include "reszoo/report/column_profile.h"
#include "reszoo/train/train_state.h"

namespace reszoo {

/// Numeric predictions and true values.
struct RegressionPart {
  std::string target;
  std::string rows = "test";           ///< which rows these are, for example "validation"
  Tensor truth, prediction;            ///< (N), in the target's unit
  std::vector<double> quantiles = {};  ///< for quantile regression: fractions, ascending
  Tensor quantile_predictions = {};    ///< (N, quantiles)
};

/// Class predictions and true classes.
struct ClassPart {
  std::string target;
  std::string rows = "test";
  std::vector<std::string> classes;  ///< class names, C
  Tensor truth;                      ///< (N) class numbers
  Tensor probability;                ///< (N, C), or (N) for the probability of class 1 of two
  double threshold = 0.5;            ///< for two classes: class 1 is predicted from this probability on
  Tensor guess = {};                 ///< (N) predicted classes; needed only if they are not the most likely ones
};

/// An image with a wrong prediction.
struct Mistake {
  std::string png = {};      ///< the bytes of a small PNG file, or "" if there is no image to show
  std::string name = {};     ///< identifies the row, for example the path of its file
  std::string truth, guess;  ///< classes, labels or numbers
  /// The model's probabilities of the true and the predicted class; NaN if there are none.
  double truth_probability = 0, guess_probability = 0;
};

constexpr int64_t most_mistakes = 24;  ///< maximum shown on a page

/// A table provided by the caller, for example the trials of a search or the folds of a cross-validation.
struct ReportTable {
  std::string title, introduction;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< numeric cells are aligned to the right
  int64_t marked = -1;                         ///< the highlighted row, from 0; -1 for none
};

/// The content of a report. Sections without data are left out.
struct ReportData {
  std::string title = {};
  std::string lead = {};                                           ///< a line below the title
  std::string command = {};                                        ///< the command line
  std::vector<std::pair<std::string, std::string>> settings = {};  ///< name and value
  /// Metrics by set of rows, for example "validation", "test".
  std::vector<std::pair<std::string, Metrics>> results = {};
  std::vector<EpochRecord> history = {};
  std::string items = "rows";  ///< what the model is trained on, for example "images"

  std::vector<RegressionPart> regression = {};        ///< one per target
  std::vector<ClassPart> classes = {};                ///< one per target; a label is a target with two classes
  std::optional<std::vector<Mistake>> mistakes = {};  ///< for rows that are images, the worst mistake first

  std::string importance_metric = {};  ///< the metric in whose unit the importance is given
  std::vector<ColumnImportance> importance = {};
  std::vector<PartialDependence> dependence = {};
  std::vector<std::string> dependence_outputs = {};  ///< names of the columns of `mean`, for example classes
  /// The mean absolute contribution of each column to a prediction, the largest first, and its unit.
  std::vector<std::pair<std::string, double>> contributions = {};
  std::string contribution_unit = {};

  /// Number of rows in each part, for example "training", "test".
  std::vector<std::pair<std::string, int64_t>> parts = {};
  std::vector<ColumnProfile> columns = {};
  std::vector<std::string> notes = {};  ///< lines about the data
  std::vector<ReportTable> tables = {};
};

/// Writes one self-contained HTML page without scripts or network access, light or dark according to the reader's
/// system setting. It begins with a one-sentence result, compared with the best constant prediction and with its 95 %
/// interval, and with reasons for and against trusting the result. Then follow the predictions, the worst mistakes as
/// images, the importance and the contributions of the columns and the dependence on them, the training history, the
/// data, the tables, the settings and the command.
///
/// The page stays below a few megabytes for data of any size: tables and plots show a part of the data and say how
/// large that part is.
///
/// Throws: Error (file) if it cannot be written; Error (input) for parts whose tensors do not match, or a mistake's
/// image that is not a PNG.
void write_report(const std::filesystem::path& path, const ReportData& data);

}  // namespace reszoo
