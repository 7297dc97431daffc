#include "reszoo/preprocess/target.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/json_field.h"

namespace reszoo {
namespace {

// Whole numbers with more different values than this are taken for a quantity.
constexpr int64_t most_classes = 20;

/// Throws for the first row (from 1) where `bad` holds.
void check_rows(const Tensor& bad, const std::string& name, const char* what) {
  if (const auto rows = bad.nonzero(); rows.size(0) > 0)
    fail(ErrorKind::input, "target \"{}\": {} in row {}", name, what, rows[0].item<int64_t>() + 1);
}

/// The column as finite numbers, (N) float64.
Tensor finite_numbers(const Column& column) {
  const auto numbers = as_numbers(column).numbers;
  check_rows(numbers.isinf(), column.name, "infinite value");
  return numbers;
}

Task task_of(const Column& column, int64_t different) {
  if (different == 2) return Task::binary;
  if (column.kind == Column::Kind::text) return Task::multiclass;
  const bool whole = (column.numbers == column.numbers.round()).all().item<bool>();
  return whole && different <= most_classes ? Task::multiclass : Task::regression;
}

/// The words that rows have: a text's by name, numbers' by value.
std::vector<std::string> classes_of(const Column& column) {
  const auto text = as_text(column);
  const auto codes = std::get<0>(at::_unique2(text.codes));
  std::vector<std::string> classes;
  for (int64_t i = 0; i < codes.size(0); ++i) classes.push_back(text.words[codes[i].item<int64_t>()]);
  if (column.kind == Column::Kind::text) std::sort(classes.begin(), classes.end());
  return classes;
}

}  // namespace

Task parse_task(std::string_view text) {
  if (text == "regression") return Task::regression;
  if (text == "binary") return Task::binary;
  if (text == "multiclass") return Task::multiclass;
  fail(ErrorKind::usage, "Task: must be regression, binary or multiclass, got \"{}\"{}", text,
       suggestion(text, {"regression", "binary", "multiclass"}));
}

std::string text_of(Task task) {
  switch (task) {
    case Task::regression: return "regression";
    case Task::binary: return "binary";
    case Task::multiclass: return "multiclass";
  }
  fail(ErrorKind::usage, "Task: unknown kind {}", static_cast<int>(task));
}

Target Target::fit(const Column& column, std::optional<Task> task) {
  if (column.size() == 0) fail(ErrorKind::input, "target \"{}\": must have rows, got none", column.name);
  check_rows(column.missing(), column.name, "missing value");
  if (column.kind == Column::Kind::number) finite_numbers(column);
  const auto& values = column.kind == Column::Kind::number ? column.numbers : column.codes;
  const auto different = std::get<0>(at::_unique2(values)).size(0);
  Target target;
  target.name_ = column.name;
  target.task_ = task.value_or(task_of(column, different));
  if (target.task_ == Task::regression) {
    const auto numbers = finite_numbers(column);
    target.mean_ = numbers.mean().item<double>();
    target.scale_ = numbers.std(/*unbiased=*/false).item<double>();
  } else {
    target.classes_ = classes_of(column);
  }
  if (different == 1 || !(target.scale_ > 0))
    fail(ErrorKind::input, "target \"{}\": must have different values, got one in all {} rows", column.name,
         column.size());
  if (target.task_ == Task::binary && different != 2)
    fail(ErrorKind::input, "target \"{}\": binary needs two classes, got {}: {}", column.name, different,
         list(target.classes_));
  return target;
}

Tensor Target::encode_classes(const Column& column) const {
  const auto text = as_text(column);
  std::vector<int64_t> class_of;
  for (const auto& word : text.words) {
    const auto found = std::find(classes_.begin(), classes_.end(), word);
    class_of.push_back(found == classes_.end() ? -1 : found - classes_.begin());
  }
  class_of.push_back(-1);
  const auto classes = torch::tensor(class_of, torch::kInt64).index({text.codes});
  if (const auto rows = (classes < 0).nonzero(); rows.size(0) > 0) {
    const auto row = rows[0].item<int64_t>();
    const auto& word = text.words[text.codes[row].item<int64_t>()];
    const auto hint = suggestion(word, classes_);
    fail(ErrorKind::input, "target \"{}\": unknown class \"{}\" in row {}{}", column.name, word, row + 1,
         hint.empty() ? "; classes are " + list(classes_) : hint);
  }
  return classes;
}

Tensor Target::encode(const Column& column) const {
  check_rows(column.missing(), column.name, "missing value");
  if (task_ != Task::regression) return encode_classes(column);
  return ((finite_numbers(column) - mean_) / scale_).to(torch::kFloat32).unsqueeze(1);
}

void Target::check_outputs(const Tensor& outputs) const {
  if (outputs.dim() != 2 || outputs.size(1) != this->outputs())
    fail(ErrorKind::input, "target \"{}\": outputs must be (N, {}), got shape={}", name_, this->outputs(),
         fmt::join(outputs.sizes(), "x"));
}

Tensor Target::decode(const Tensor& outputs) const {
  check_outputs(outputs);
  if (task_ != Task::regression) return outputs.argmax(1);
  return outputs.squeeze(1).to(torch::kFloat64) * scale_ + mean_;
}

Tensor Target::probabilities(const Tensor& outputs) const {
  if (task_ == Task::regression)
    fail(ErrorKind::usage, "target \"{}\": probabilities need classes, got task=regression", name_);
  check_outputs(outputs);
  return outputs.softmax(1);
}

nlohmann::json Target::to_json() const {
  nlohmann::json json{{"name", name_}, {"task", text_of(task_)}};
  if (task_ == Task::regression) {
    json["mean"] = mean_;
    json["scale"] = scale_;
  } else {
    json["classes"] = classes_;
  }
  return json;
}

Target Target::from(const nlohmann::json& json) {
  Target target;
  target.name_ = json_field<std::string>(json, "name", "target");
  const auto task = json_field<std::string>(json, "task", "target");
  if (task != "regression" && task != "binary" && task != "multiclass")
    fail(ErrorKind::file, "target: task must be regression, binary or multiclass, got \"{}\"", task);
  target.task_ = parse_task(task);
  if (target.task_ == Task::regression) {
    target.mean_ = json_field<double>(json, "mean", "target");
    target.scale_ = json_field<double>(json, "scale", "target");
    if (!(target.scale_ > 0)) fail(ErrorKind::file, "target: scale must be positive, got {}", target.scale_);
    return target;
  }
  target.classes_ = json_field<std::vector<std::string>>(json, "classes", "target");
  if (target.classes_.size() < 2 || (target.task_ == Task::binary && target.classes_.size() != 2))
    fail(ErrorKind::file, "target: {} cannot have {} classes", task, target.classes_.size());
  return target;
}

}  // namespace reszoo
