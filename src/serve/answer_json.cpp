#include "answer_json.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "reszoo/base/json_text.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo::detail {
namespace {

using nlohmann::ordered_json;

/// Returns the most likely classes of a row with their probabilities, the most likely one first.
ordered_json likely_classes(const BatchAnswers& batch, int64_t row, size_t most) {
  const auto count = batch.classes.size();
  const auto* probability = batch.probabilities.const_data_ptr<double>() + row * static_cast<int64_t>(count);
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  most = std::min(most, count);
  const auto is_likelier = [&](size_t a, size_t b) {
    return probability[a] > probability[b] || (probability[a] == probability[b] && a < b);
  };
  if (!std::isnan(probability[0]))
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(), is_likelier);
  auto classes = ordered_json::object();
  for (size_t i = 0; i < most; ++i) classes[batch.classes[order[i]]] = number_or_null(probability[order[i]]);
  return classes;
}

}  // namespace

ordered_json number_or_null(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr); }

ordered_json cell_json(const Column& column, int64_t row) {
  if (column.kind == Column::Kind::text) {
    const auto code = column.codes.const_data_ptr<int64_t>()[row];
    return code < 0 ? ordered_json(nullptr) : ordered_json(column.words[static_cast<size_t>(code)]);
  }
  const auto value = column.numbers.const_data_ptr<double>()[row];
  if (column.date && std::isfinite(value)) return date_text(value);
  return number_or_null(value);
}

HttpAnswer predict_answer(const Answers& answers, const std::string& model, size_t most,
                          const std::vector<std::string>& names) {
  const auto& batch = *answers.batch;
  auto rows = ordered_json::array();
  for (int64_t row = answers.begin; row < answers.begin + answers.rows; ++row) {
    auto said = ordered_json::object();
    if (!names.empty()) said["input"] = names[static_cast<size_t>(row - answers.begin)];
    for (const auto& column : batch.table.columns) said[column.name] = cell_json(column, row);
    if (batch.probabilities.defined()) said["probabilities"] = likely_classes(batch, row, most);
    rows.push_back(std::move(said));
  }
  ordered_json body{{"model", model}, {"version", batch.version}, {"predictions", std::move(rows)}};
  if (!answers.unseen.empty()) body["unseen"] = answers.unseen;
  return {.body = json_text(body) + "\n"};
}

}  // namespace reszoo::detail
