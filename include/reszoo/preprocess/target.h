/// Turns a table's target columns into what a loss reads, and outputs back.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// What is predicted.
enum class Task {
  regression,  ///< a number, or several columns of numbers
  quantile,    ///< quantiles of a number
  count,       ///< how often something happened: a number that is 0 or more, or several columns of these
  binary,      ///< one of two classes
  multiclass,  ///< one of several
  ordinal,     ///< one of several that have an order
  multilabel,  ///< several columns of two classes each
};

/// Reads the name of a task, as it stands in the enumeration.
/// Throws: Error (usage) for any other text.
Task parse_task(std::string_view text);

/// The text that `parse_task` reads back.
std::string text_of(Task task);

/// Options of Target::fit.
struct TargetOptions {
  std::optional<Task> task = {};                ///< left out, it follows from the columns
  std::vector<std::string> classes = {};        ///< their order; left out, they are sorted
  std::vector<double> quantiles = {.1, .5, .9}; ///< of `quantile`: rising fractions in (0, 1)
};

/// The fitted target. Without a task given, it follows from the columns:
///
/// | values                                           | task                 |
/// |--------------------------------------------------|----------------------|
/// | text or booleans, two different words            | binary               |
/// | text, more words                                 | multiclass           |
/// | numbers, exactly two different                   | binary               |
/// | whole numbers, 3 to 20 different                 | multiclass           |
/// | other numbers                                    | regression           |
/// | several columns, two different values in each    | multilabel           |
/// | several columns of numbers                       | regression           |
///
/// Classes are sorted: words by name, numbers by value (and named without ".0").
/// A number is standardised: (y - mean) / scale, the population's.
///
/// | task       | encoded (N rows, T targets)  | outputs of the network, a row          |
/// |------------|------------------------------|----------------------------------------|
/// | regression | (N, T) float32, standardised | T standardised numbers                 |
/// | quantile   | (N, 1) float32, standardised | a standardised number a quantile       |
/// | count      | (N, T) float32, as they are  | T logarithms of the expected count     |
/// | binary     | (N) int64                    | 2 logits                               |
/// | multiclass | (N) int64                    | a logit a class                        |
/// | ordinal    | (N) int64                    | logits of y > 0, y > 1, …: one less than classes |
/// | multilabel | (N, T) float32, 0 or 1       | T logits                               |
///
/// Outputs (N, k, …) are those of k networks: their values or probabilities are
/// averaged.
class Target {
 public:
  /// Throws: Error (input) for a missing, infinite or single value, text where a
  /// number must be, or classes that do not suit the task; Error (usage) for
  /// options that do not.
  static Target fit(const Frame& table, const std::vector<std::string>& names, const TargetOptions& options = {});

  /// The same for one column.
  static Target fit(const Column& column, std::optional<Task> task = {});

  /// Reads back what `to_json` gave. Throws: Error (file).
  static Target from(const nlohmann::json& json);

  Task task() const { return task_; }
  const std::vector<std::string>& names() const { return names_; }

  /// The names as one text.
  std::string name() const;

  /// Names of the classes, in their order; empty where there are none.
  const std::vector<std::string>& classes() const { return classes_; }

  /// The two words of each target of `multilabel`; the second is 1.
  const std::vector<std::vector<std::string>>& labels() const { return labels_; }

  /// Of `quantile`.
  const std::vector<double>& quantiles() const { return quantiles_; }

  /// Whether it predicts numbers rather than classes.
  bool is_number() const { return task_ == Task::regression || task_ == Task::quantile || task_ == Task::count; }

  /// Width of the network's output, see the table.
  int64_t outputs() const;

  /// What numbers are standardised by, in their own unit: mean and deviation, 0 and 1 of counts; empty for classes. An
  /// error in standardised units times `scale` is in the target's.
  const std::vector<double>& mean() const { return mean_; }
  const std::vector<double>& scale() const { return scale_; }

  /// The probability from which `binary` says the second class, or `multilabel`
  /// yes, a number a target.
  const std::vector<double>& thresholds() const { return thresholds_; }

  /// Throws: Error (usage) for a task without thresholds, another number of them
  /// or one outside of [0, 1].
  void set_thresholds(std::vector<double> thresholds);

  /// The rows' targets, see the table.
  /// Throws: Error (input) naming the row of a missing value or unknown class
  /// (rows count from 1).
  Tensor encode(const Frame& table) const;

  /// The same for one column, whatever its name.
  Tensor encode(const Column& column) const;

  /// Predictions: numbers (N, T), or (N) for one, as float64 in the target's
  /// unit, rising along quantiles; classes (N) int64; labels (N, T) int64.
  /// Throws: Error (input) for outputs of another shape.
  Tensor decode(const Tensor& outputs) const;

  /// Class probabilities (N, classes) of outputs, or (N, T) of labels.
  /// Throws: Error (usage) for numbers, which have none.
  Tensor probabilities(const Tensor& outputs) const;

  /// The truth as `decode` gives predictions, from what `encode` gave.
  Tensor truth(const Tensor& encoded) const;

  /// What the outputs say as a table: column `prediction` (of quantiles the
  /// middle one, beside `quantile_<q>`), or `prediction_<name>` a target; and
  /// `probability_<class>` on request.
  Frame table(const Tensor& outputs, bool with_probabilities = false) const;

  nlohmann::json to_json() const;

 private:
  void fit_numbers(const Frame& table);
  void fit_counts(const Frame& table);
  void fit_classes(const Column& column, const TargetOptions& options);
  void fit_labels(const Frame& table);
  void check() const;
  Tensor members(const Tensor& outputs) const;
  Tensor in_unit(const Tensor& numbers) const;
  Tensor row_of(const std::vector<double>& values) const;

  Task task_ = Task::regression;
  std::vector<std::string> names_, classes_;
  std::vector<std::vector<std::string>> labels_;
  std::vector<double> quantiles_, mean_, scale_, thresholds_;
};

}  // namespace reszoo
