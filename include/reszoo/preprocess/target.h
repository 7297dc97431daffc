/// Turns a table's target column into what a loss reads, and outputs back.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// What is predicted: a number, one of two classes, one of several.
enum class Task { regression, binary, multiclass };

/// Reads `regression`, `binary` or `multiclass`.
/// Throws: Error (usage) for any other text.
Task parse_task(std::string_view text);

/// The text that `parse_task` reads back.
std::string text_of(Task task);

/// The fitted target. Without a task given, it follows from the column:
///
/// | values                                           | task                 |
/// |--------------------------------------------------|----------------------|
/// | text or booleans, two different words            | binary               |
/// | text, more words                                 | multiclass           |
/// | numbers, exactly two different                   | binary               |
/// | whole numbers, 3 to 20 different                 | multiclass           |
/// | other numbers                                    | regression           |
///
/// Classes are sorted: words by name, numbers by value (and named without ".0").
/// A regression target is standardised: (y - mean) / scale, the population's.
class Target {
 public:
  /// Throws: Error (input) for a missing, infinite or single value, text where a
  /// number must be, or `binary` of other than two classes.
  static Target fit(const Column& column, std::optional<Task> task = {});

  /// Reads back what `to_json` gave. Throws: Error (file).
  static Target from(const nlohmann::json& json);

  Task task() const { return task_; }
  const std::string& name() const { return name_; }

  /// Names of the classes; empty for regression.
  const std::vector<std::string>& classes() const { return classes_; }

  /// Width of the network's output: 1 for regression, else a logit a class (2
  /// for binary).
  int64_t outputs() const { return task_ == Task::regression ? 1 : static_cast<int64_t>(classes_.size()); }

  /// Mean and deviation of a regression target, in its own unit; 0 and 1 for
  /// classes. An error in standardised units times `scale` is in the target's.
  double mean() const { return mean_; }
  double scale() const { return scale_; }

  /// Returns (N, 1) float32 for regression, (N) int64 classes otherwise.
  /// Throws: Error (input) naming the row of a missing value or unknown class
  /// (rows count from 1).
  Tensor encode(const Column& column) const;

  /// Predictions: (N, 1) to (N) float64 in the target's unit; (N, classes)
  /// logits to (N) int64 classes.
  /// Throws: Error (input) for outputs of another shape.
  Tensor decode(const Tensor& outputs) const;

  /// Class probabilities (N, classes) of logits.
  /// Throws: Error (usage) for regression, which has none.
  Tensor probabilities(const Tensor& outputs) const;

  nlohmann::json to_json() const;

 private:
  void check_outputs(const Tensor& outputs) const;
  Tensor encode_classes(const Column& column) const;

  Task task_ = Task::regression;
  std::string name_;
  std::vector<std::string> classes_;
  double mean_ = 0, scale_ = 1;
};

}  // namespace reszoo
