#include <numeric>

#include "c/arguments.h"
#include "c/call.h"
#include "c/options.h"
#include "c/runtime/handles.h"
#include "reszoo/preprocess/number_words.h"

using namespace reszoo;
using c::given;
using c::guarded;
using c::PlainColumn;

namespace {

std::vector<Row> rows_of(const reszoo_table& table) {
  std::vector<Row> rows(static_cast<size_t>(table.rows()));
  for (const auto& column : table.columns)
    for (size_t i = 0; i < rows.size(); ++i)
      rows[i][column.name] = column.text ? Value(column.texts[i]) : Value(column.numbers[i]);
  return rows;
}

/// Returns a column of one number of each prediction.
template <typename Number>
PlainColumn numbers_of(std::string name, const std::vector<Prediction>& predictions, const Number& number) {
  PlainColumn column{.name = std::move(name)};
  for (const auto& one : predictions) column.numbers.push_back(number(one));
  return column;
}

/// Returns the columns that Target::table makes: see reszoo.h.
reszoo_table* answers(const RuntimeModel& model, const std::vector<Prediction>& predictions, c::Options options) {
  const auto probabilities = options.take<bool>("probabilities").value_or(false);
  options.finish();
  auto table = std::make_unique<reszoo_table>();
  const auto& levels = model.quantiles();
  if (!levels.empty() && levels.front() <= 0.5 && levels.back() >= 0.5)
    table->columns.push_back(numbers_of("prediction", predictions, [](const auto& one) { return one.value; }));
  for (size_t i = 0; i < levels.size(); ++i)
    table->columns.push_back(
        numbers_of("quantile_" + number_text(levels[i]), predictions, [i](const auto& one) { return one.values[i]; }));
  if (!levels.empty()) return table.release();
  const auto& targets = model.targets();
  for (size_t i = 0; i < targets.size(); ++i) {
    const auto name = targets.size() == 1 ? "prediction" : "prediction_" + targets[i];
    if (model.is_number()) {
      table->columns.push_back(numbers_of(name, predictions, [i](const auto& one) { return one.values[i]; }));
      continue;
    }
    PlainColumn column{.name = name, .text = true};
    for (const auto& one : predictions)
      column.texts.push_back(one.answered ? std::optional(one.labels[i]) : std::nullopt);
    table->columns.push_back(std::move(column));
  }
  if (!probabilities || model.is_number()) return table.release();
  const auto& names = model.classes().empty() ? targets : model.classes();
  for (size_t i = 0; i < names.size(); ++i)
    table->columns.push_back(
        numbers_of("probability_" + names[i], predictions, [i](const auto& one) { return one.probabilities[i]; }));
  return table.release();
}

/// Throws: Error (usage) for the bytes of a file.
ImageView view_of(const reszoo_image& image, int64_t index) {
  const auto name = c::checked_name(image, index);
  if (c::is_file(image))
    fail(ErrorKind::usage, "{}: has no height and width; the runtime takes pixels, it decodes no files", name);
  return c::pixels_of(image, name);
}

}  // namespace

reszoo_status reszoo_predict_table(reszoo_model* model, const reszoo_table* rows, const char* options,
                                   reszoo_table** predictions) {
  return guarded([&] {
    const auto& by = given(model, "model").model;
    auto& to = given(predictions, "predictions");
    to = answers(by, by.predict(rows_of(given(rows, "rows"))), c::Options(options));
  });
}

reszoo_status reszoo_predict_images(reszoo_model* model, const reszoo_image* images, int64_t count, const char* options,
                                    reszoo_table** predictions) {
  return guarded([&] {
    const auto& by = given(model, "model").model;
    if (count <= 0) fail(ErrorKind::usage, "count: must be 1 or more, got {}", count);
    const auto* all = &given(images, "images");
    auto& to = given(predictions, "predictions");
    std::vector<Prediction> each;
    for (int64_t i = 0; i < count; ++i) each.push_back(by.predict(view_of(all[i], i)));
    to = answers(by, each, c::Options(options));
  });
}

reszoo_status reszoo_run(reszoo_model* model, const float* input, const int64_t* shape, int64_t dimensions,
                         reszoo_tensor** outputs) {
  return guarded([&] {
    const auto& by = given(model, "model").model;
    if (dimensions < 1) fail(ErrorKind::usage, "dimensions: must be 1 or more, got {}", dimensions);
    const std::vector<int64_t> sizes(&given(shape, "shape"), shape + dimensions);
    for (const auto size : sizes)
      if (size < 1) fail(ErrorKind::usage, "shape: must be 1 or more, got {}", size);
    auto& to = given(outputs, "outputs");
    auto values = by.outputs(&given(input, "input"), sizes);
    const auto of_sample = std::ssize(values) / sizes[0];
    to = new reszoo_tensor{{sizes[0], of_sample}, std::move(values)};
  });
}

void reszoo_free_tensor(reszoo_tensor* tensor) { delete tensor; }

int64_t reszoo_tensor_dimensions(const reszoo_tensor* tensor) {
  return tensor == nullptr ? 0 : std::ssize(tensor->shape);
}

const int64_t* reszoo_tensor_shape(const reszoo_tensor* tensor) {
  return tensor == nullptr ? nullptr : tensor->shape.data();
}

const float* reszoo_tensor_data(const reszoo_tensor* tensor) {
  return tensor == nullptr ? nullptr : tensor->values.data();
}
