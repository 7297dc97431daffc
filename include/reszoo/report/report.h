/// A run as one page to look at.
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

/// Numbers that were predicted, and what they should have been.
struct RegressionPart {
  std::string target;
  std::string rows = "test";           ///< which rows these are
  Tensor truth, prediction;            ///< (N), in the target's unit
  std::vector<double> quantiles = {};  ///< of a quantile regression: fractions, rising
  Tensor quantile_predictions = {};    ///< (N, quantiles)
};

/// Classes that were predicted, and what they should have been.
struct ClassPart {
  std::string target;
  std::string rows = "test";
  std::vector<std::string> classes;  ///< names, C
  Tensor truth;                      ///< (N) class numbers
  Tensor probability;                ///< (N, C), or (N) of class 1 of two
  double threshold = 0.5;            ///< of two classes: class 1 from this probability on
  Tensor guess = {};                 ///< (N), where it is not the likeliest class
};

/// An image that was classified wrongly.
struct Mistake {
  std::string png;   ///< the bytes of a small PNG file, or "" where there is none to show
  std::string name;  ///< which row it is: the path of a file
  std::string truth, guess;
  double truth_probability = 0, guess_probability = 0;  ///< what the model gives to each
};

constexpr int64_t most_mistakes = 24;  ///< that a page shows

/// A table of the caller's: trials of a search, folds of a cross-validation.
struct ReportTable {
  std::string title, introduction;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< cells that are numbers stand to the right
  int64_t marked = -1;                         ///< the row that stands out, from 0
};

/// What a report shows. A part without data has no place on the page.
struct ReportData {
  std::string title = {};
  std::string lead = {};                                           ///< a line under the title
  std::string command = {};                                        ///< the command line
  std::vector<std::pair<std::string, std::string>> settings = {};  ///< name and value
  std::vector<std::pair<std::string, Metrics>> results = {};       ///< by rows: "validation", "test"
  std::vector<EpochRecord> history = {};
  std::string items = "rows";  ///< what it is trained on: "images"

  std::vector<RegressionPart> regression = {};        ///< one a target
  std::vector<ClassPart> classes = {};                ///< one a target; a label is a target of two classes
  std::optional<std::vector<Mistake>> mistakes = {};  ///< of rows that are images, the worst first

  std::string importance_metric = {};  ///< in whose unit the importance is
  std::vector<ColumnImportance> importance = {};
  std::vector<PartialDependence> dependence = {};
  std::vector<std::string> dependence_outputs = {};  ///< names of the figures in `mean`: classes

  std::vector<std::pair<std::string, int64_t>> parts = {};  ///< "training", "test", and their rows
  std::vector<ColumnProfile> columns = {};
  std::vector<std::string> notes = {};  ///< lines about the data
  std::vector<ReportTable> tables = {};
};

/// Writes one self-contained HTML page, without script or network, light or dark
/// as the reader's system is. It begins with the result in a sentence, beside
/// that of the best constant prediction and its 95 % interval, and with what
/// speaks for and against trusting it; then the predictions, the worst mistakes as
/// images, what the model makes of the columns, the training, the data, the
/// tables, the settings, the command.
///
/// However large the data, the page stays below some megabytes: tables and plots
/// show a part of what there is and say of how much.
///
/// Throws: Error (file) if it cannot be written; Error (input) for parts whose
/// tensors do not fit together, or a mistake's image that is no PNG.
void write_report(const std::filesystem::path& path, const ReportData& data);

}  // namespace reszoo
