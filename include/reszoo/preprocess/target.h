/// Encodes the target columns of a table for a loss, and decodes a network's outputs.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// The kind of prediction.
enum class Task {
  regression,  ///< a number, or several columns of numbers
  quantile,    ///< quantiles of a number
  count,       ///< how often something happened: a number that is 0 or more, or several columns of these
  binary,      ///< one of two classes
  multiclass,  ///< one of several
  ordinal,     ///< one of several that have an order
  multilabel,  ///< several columns of two classes each
};

/// Reads the name of a task: the enumerator's own.
/// Throws: Error (usage) for any other text.
Task parse_task(std::string_view text);

/// The text that `parse_task` reads back.
std::string text_of(Task task);

/// Options of Target::fit.
struct TargetOptions {
  std::optional<Task> task = {};                 ///< default: it follows from the columns
  std::vector<std::string> classes = {};         ///< the order of the classes; default: sorted
  std::vector<double> quantiles = {.1, .5, .9};  ///< for `quantile`: rising fractions in (0, 1)
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
/// Outputs of shape (N, k, …) come from k networks; their values or probabilities are averaged.
class Target {
 public:
  /// Throws: Error (input) for a missing or infinite value, a single value in all rows, text where a number must be, or
  /// classes that do not suit the task; Error (usage) for options that do not suit it.
  static Target fit(const Frame& table, const std::vector<std::string>& names, const TargetOptions& options = {});

  /// The same for one column.
  static Target fit(const Column& column, std::optional<Task> task = {});

  /// Reads back what `to_json` returned. Throws: Error (file).
  static Target from(const nlohmann::json& json);

  Task task() const { return task_; }
  const std::vector<std::string>& names() const { return names_; }

  /// The names, joined to one text.
  std::string name() const;

  /// Names of the classes, in their order; empty if there are none.
  const std::vector<std::string>& classes() const { return classes_; }

  /// For `multilabel`: the two words of each target; the second one is 1.
  const std::vector<std::vector<std::string>>& labels() const { return labels_; }

  /// The fractions that `quantile` predicts.
  const std::vector<double>& quantiles() const { return quantiles_; }

  /// Whether it predicts numbers rather than classes.
  bool is_number() const { return task_ == Task::regression || task_ == Task::quantile || task_ == Task::count; }

  /// Width of the network's output, see the table.
  int64_t outputs() const;

  /// Mean and standard deviation of each number, in its own unit, 0 and 1 of counts; empty for classes. An error in
  /// standardised units, multiplied by `scale`, is in the target's unit.
  const std::vector<double>& mean() const { return mean_; }
  const std::vector<double>& scale() const { return scale_; }

  /// For each target, the probability from which `binary` predicts the second class, or `multilabel` predicts 1.
  const std::vector<double>& thresholds() const { return thresholds_; }

  /// Throws: Error (usage) for a task without thresholds, a wrong number of them, or one outside of [0, 1].
  void set_thresholds(std::vector<double> thresholds);

  /// Encodes the targets of the rows, see the table.
  /// Throws: Error (input) that names the row of a missing value or an unknown class (rows count from 1).
  Tensor encode(const Frame& table) const;

  /// The same for one column, whatever its name.
  Tensor encode(const Column& column) const;

  /// Decodes predictions: numbers (N, T), or (N) for one target, as float64 in the target's unit, rising along
  /// quantiles; classes (N) int64; labels (N, T) int64. Throws: Error (input) for outputs of a wrong shape.
  Tensor decode(const Tensor& outputs) const;

  /// Computes class probabilities (N, classes), or (N, T) for labels.
  /// Throws: Error (usage) for numbers, which have none.
  Tensor probabilities(const Tensor& outputs) const;

  /// Converts encoded targets to the form in which `decode` returns predictions.
  Tensor truth(const Tensor& encoded) const;

  /// The predictions as a table: a column `prediction` (for quantiles the middle one, beside the columns
  /// `quantile_<q>`), or a column `prediction_<name>` for each target; on request also `probability_<class>`.
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
