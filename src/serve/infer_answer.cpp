#include <cstring>

#include "answer_json.h"
#include "infer_request.h"
#include "reszoo/base/error.h"
#include "reszoo/base/json_text.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo::detail {
namespace {

using nlohmann::ordered_json;

/// The name of the output that holds the probabilities of all classes.
constexpr const char* kProbabilities = "probabilities";

bool is_numeric_output(const Column& column) { return column.kind == Column::Kind::number && !column.date; }

std::vector<std::string> output_names(const BatchAnswers& batch) {
  auto names = batch.table.names();
  if (batch.probabilities.defined()) names.emplace_back(kProbabilities);
  return names;
}

/// Returns the values of a column, or of all probabilities, in row-major order.
const double* values_of(const Answers& answers, const std::string& name) {
  const auto& batch = *answers.batch;
  if (name == kProbabilities && batch.probabilities.defined())
    return batch.probabilities.const_data_ptr<double>() + answers.begin * std::ssize(batch.classes);
  const auto& column = batch.table.at(name);
  return is_numeric_output(column) ? column.numbers.const_data_ptr<double>() + answers.begin : nullptr;
}

std::string text_cell(const Column& column, int64_t row) {
  const auto cell = cell_json(column, row);
  return cell.is_string() ? cell.get<std::string>() : "";
}

/// Returns the description of an output, with its values in JSON, or appended to `binary`.
ordered_json output_json(const Answers& answers, const AskedOutput& asked, std::string& binary) {
  const bool wide = asked.name == kProbabilities && answers.batch->probabilities.defined();
  std::vector<int64_t> shape{answers.rows};
  if (wide) shape.push_back(std::ssize(answers.batch->classes));
  const auto count = static_cast<size_t>(wide ? shape[0] * shape[1] : shape[0]);
  const auto* values = values_of(answers, asked.name);
  ordered_json output{{"name", asked.name}, {"datatype", values ? "FP64" : "BYTES"}, {"shape", shape}};
  const auto before = binary.size();
  auto data = ordered_json::array();
  for (size_t i = 0; values && !asked.binary && i < count; ++i) data.push_back(number_or_null(values[i]));
  if (values && asked.binary) binary.append(reinterpret_cast<const char*>(values), count * sizeof(double));
  for (int64_t row = 0; !values && row < answers.rows; ++row) {
    const auto& column = answers.batch->table.at(asked.name);
    if (asked.binary) append_bytes(binary, text_cell(column, answers.begin + row));
    else data.push_back(cell_json(column, answers.begin + row));
  }
  if (asked.binary) output["parameters"] = {{"binary_data_size", binary.size() - before}};
  else output["data"] = std::move(data);
  return output;
}

}  // namespace

HttpAnswer infer_answer(const InferRequest& request, const Answers& answers, const std::string& model) {
  const auto names = output_names(*answers.batch);
  auto asked = request.outputs;
  if (asked.empty())
    for (const auto& name : names) asked.push_back({name, request.binary});
  ordered_json body{{"model_name", model}, {"model_version", std::to_string(answers.batch->version)}};
  if (request.id) body["id"] = *request.id;
  body["outputs"] = ordered_json::array();
  std::string binary;
  for (const auto& output : asked) {
    if (std::find(names.begin(), names.end(), output.name) == names.end())
      fail(ErrorKind::input, "output \"{}\": the model has no such output{}; it has {}", escaped(output.name),
           suggestion(output.name, names), list(names));
    body["outputs"].push_back(output_json(answers, output, binary));
  }
  HttpAnswer answer{.body = json_text(body)};
  if (binary.empty()) return answer;
  answer.headers.emplace_back("Inference-Header-Content-Length", std::to_string(answer.body.size()));
  answer.type = "application/octet-stream";
  answer.body += binary;
  return answer;
}

}  // namespace reszoo::detail
