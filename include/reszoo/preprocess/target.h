/// Encodes the target columns of a table for a loss, and decodes the outputs of a network.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>

#include "reszoo/preprocess/column_reading.h"
#include "reszoo/preprocess/frame.h"
#include "reszoo/preprocess/task.h"

namespace reszoo {

/// Options of Target::fit.
struct TargetOptions {
  std::optional<Task> task = {};                 ///< default: inferred from the columns
  std::vector<std::string> classes = {};         ///< the order of the classes; default: sorted
  std::vector<double> quantiles = {.1, .5, .9};  ///< for `quantile`: ascending fractions in (0, 1)
  ColumnReadings readings = {};  ///< how the columns are read, if it was learnt before; else it is learnt
};

/// Learns how the target's columns are read, see `learn_readings`. For a task of classes, text is numbers only if every
/// word is a plain number, and else words as they are spelt.
/// Throws: as `learn_readings` does; Error (input) for a column that does not exist.
ColumnReadings learn_target_readings(const Frame& table, const std::vector<std::string>& names,
                                     const TargetOptions& options);

/// The fitted target. If no task is given, it is inferred from the columns:
///
/// | values                                           | task                 |
/// |--------------------------------------------------|----------------------|
/// | text or booleans, two distinct words             | binary               |
/// | text, more words                                 | multiclass           |
/// | numbers, exactly two distinct                    | binary               |
/// | integers, 3 to 20 distinct, in twice as many rows, or at most 5 distinct | multiclass |
/// | other numbers, dates                             | regression           |
/// | several columns, two distinct values in each     | multilabel           |
/// | several columns of numbers                       | regression           |
///
/// Classes are sorted: words by name, numbers by value (and named without ".0"). A number is standardised: (y - mean) /
/// scale, where `scale` is the population standard deviation. A date is a number of days, and predicted as a date. How
/// text is read as numbers or dates is learnt (`learn_readings`), every row must have such a value; later tables are
/// read by what was learnt, and their classes found by WordLookup. `notes` has a line for what was found unusual.
///
/// | task       | encoded (N rows, T targets)  | outputs of the network, per row        |
/// |------------|------------------------------|----------------------------------------|
/// | regression | (N, T) float32, standardised | T standardised values                  |
/// | quantile   | (N, 1) float32, standardised | one standardised value per quantile    |
/// | count      | (N, T) float32, unchanged    | T logarithms of the expected count     |
/// | binary     | (N) int64                    | 2 logits                               |
/// | multiclass | (N) int64                    | one logit per class                    |
/// | ordinal    | (N) int64                    | logits of y > 0, y > 1, …: one less than classes |
/// | multilabel | (N, T) float32, 0 or 1       | T logits                               |
///
/// Outputs of shape (N, k, …) come from k ensemble members; their values or probabilities are averaged. A temperature
/// then calibrates the average: probabilities are softmax(logits / temperature), or sigmoid, of its `logits`. So one of
/// several classes stays the most likely one whatever the temperature; `decode` gives the same classes.
class Target {
 public:
  /// Throws: Error (input) for a missing or infinite value, the same value in all rows, text in place of a number, or
  /// classes that are invalid for the task; Error (usage) for options that are invalid for the task, and for `ordinal`
  /// without an order of classes that are words.
  static Target fit(const Frame& table, const std::vector<std::string>& names, const TargetOptions& options = {});

  /// Fits on one column.
  static Target fit(const Column& column, std::optional<Task> task = {});

  /// Reads back what `to_json` returned. Throws: Error (file).
  static Target from(const nlohmann::json& json);

  Task task() const { return task_; }
  const std::vector<std::string>& names() const { return names_; }

  /// Returns the names, joined to one text.
  std::string name() const;

  /// Returns the names of the classes, in order; empty if there are none.
  const std::vector<std::string>& classes() const { return classes_; }

  /// For `multilabel`: returns the two words of each target; the second one is encoded as 1.
  const std::vector<std::vector<std::string>>& labels() const { return labels_; }

  /// Returns the fractions of the quantiles that `quantile` predicts.
  const std::vector<double>& quantiles() const { return quantiles_; }

  /// Returns whether the target is numeric, not classes.
  bool is_number() const { return task_ == Task::regression || task_ == Task::quantile || task_ == Task::count; }

  /// Returns whether the target holds dates, whose numbers are days since 1970-01-01.
  bool is_date() const { return readings_.size() == 1 && readings_.front().kind == ColumnKind::date && is_number(); }

  /// Returns those of the target's columns that a reader should deliver as they are spelt: classes, and numbers and
  /// dates in a notation of their own.
  std::vector<std::string> text_columns() const;

  /// Returns one line for each thing that fitting found unusual.
  const std::vector<std::string>& notes() const { return notes_; }

  /// Returns a value of a numeric target as text: `number_text`, or `date_text` rounded to days if training had no
  /// times.
  std::string text_of_number(double value) const;

  /// Returns the median of decoded quantiles (N, quantiles): the values at 0.5, interpolated between the quantiles
  /// below and above. Shape: (N) float64; undefined if all quantiles are above or below 0.5.
  Tensor median_of(const Tensor& decoded) const;

  /// Returns the width of the network's output, see the table.
  int64_t outputs() const;

  /// Return the mean and the standard deviation of each numeric target, in its own unit; 0 and 1 for counts; empty for
  /// classes. An error in standardised units, multiplied by `scale`, is in the target's unit.
  const std::vector<double>& mean() const { return mean_; }
  const std::vector<double>& scale() const { return scale_; }

  /// Returns for each target the probability from which `binary` predicts the second class, or `multilabel` predicts 1.
  const std::vector<double>& thresholds() const { return thresholds_; }

  /// Throws: Error (usage) for a task without thresholds, a wrong number of thresholds, or a threshold outside [0, 1].
  void set_thresholds(std::vector<double> thresholds);

  /// Returns the temperature of the probabilities, one for each label of `multilabel`; 1 before calibration; empty for
  /// numeric targets.
  const std::vector<double>& temperatures() const { return temperatures_; }

  /// Sets the temperatures. The thresholds are converted, so that every row keeps its class.
  /// Throws: Error (usage) for a task without classes, a wrong number of temperatures, or one that is not positive.
  void set_temperatures(std::vector<double> temperatures);

  /// Encodes the targets of the rows, see the table.
  /// Throws: Error (input) that names the row of a missing value or an unknown class (rows count from
  /// `table.first_row`), or of a number in place of a date and the like.
  Tensor encode(const Frame& table) const;

  /// Encodes one column; its name does not matter.
  Tensor encode(const Column& column) const;

  /// Decodes predictions: numbers (N, T), or (N) for one target, as float64 in the target's unit, with ascending
  /// quantiles; classes (N) int64; labels (N, T) int64.
  /// Throws: Error (input) for outputs of a wrong shape.
  Tensor decode(const Tensor& outputs) const;

  /// Returns what the temperature divides: log-probabilities (N, classes) of the members' average; for labels its
  /// log-odds (N, T), for `ordinal` those of y > 0, y > 1, …, descending. Shape: float64.
  /// Throws: as `probabilities`.
  Tensor logits(const Tensor& outputs) const;

  /// Computes class probabilities (N, classes), or (N, T) for labels.
  /// Throws: Error (usage) for numeric targets, which have none.
  Tensor probabilities(const Tensor& outputs) const;

  /// Converts encoded targets to the form in which `decode` returns predictions.
  Tensor truth(const Tensor& encoded) const;

  /// Returns the predictions as a table: a column `prediction` (for quantiles their median, see `median_of`, in
  /// addition to the columns `quantile_<q>`), or a column `prediction_<name>` for each target; optionally also
  /// `probability_<class>`.
  Frame table(const Tensor& outputs, bool with_probabilities = false) const;

  nlohmann::json to_json() const;

 private:
  void fit_numbers(const Frame& table);
  void fit_counts(const Frame& table);
  void fit_classes(const Column& column, const TargetOptions& options);
  void fit_labels(const Frame& table);
  void check() const;
  Tensor members(const Tensor& outputs) const;
  Tensor averaged(const Tensor& outputs) const;
  bool is_softmax() const { return task_ == Task::binary || task_ == Task::multiclass; }
  Tensor in_unit(const Tensor& numbers) const;
  Tensor row_of(const std::vector<double>& values) const;
  Column column_of(std::string name, const Tensor& numbers) const;
  Frame read(const Frame& table) const;

  Task task_ = Task::regression;
  std::vector<std::string> names_, classes_;
  std::vector<std::vector<std::string>> labels_;
  std::vector<double> quantiles_, mean_, scale_, thresholds_, temperatures_;
  bool whole_days_ = false;              ///< whether dates have no time of day: they are predicted as days
  std::vector<ColumnReading> readings_;  ///< of each column; empty in older files
  std::vector<std::string> notes_;
};

}  // namespace reszoo
