#include <functional>

#include "arguments.h"
#include "call.h"
#include "handles.h"
#include "options.h"
#include "reszoo/data/decode.h"
#include "reszoo/infer/image_batches.h"
#include "reszoo/infer/unanswered.h"
#include "reszoo/recipes/explain.h"
#include "reszoo/recipes/table_data.h"

namespace reszoo::c {
namespace {

using Run = std::function<Tensor(const Tensor& input)>;

const Model& table_model(const reszoo_model& model) {
  const auto* found = model.predictor.model();
  if (found == nullptr || !found->table) fail(ErrorKind::usage, "model: does not read tables, got rows of one");
  return *found;
}

/// Prepares an image of the caller's memory.
Tensor prepared(const ImagePreprocess& preprocess, const reszoo_image& image, int64_t index) {
  const auto name = checked_name(image, index);
  if (is_file(image)) return preprocess(*open_image(Bytes::view(image.data, image.size), name));
  return preprocess(pixels_of(image, name));
}

/// Runs images through `run`. Shape: (count, ...).
Tensor of_images(const reszoo_model& model, const reszoo_image* images, int64_t count, const Run& run) {
  if (count <= 0) fail(ErrorKind::usage, "count: must be 1 or more, got {}", count);
  given(images, "images");
  const auto preprocess = model.predictor.image_preprocess();
  return run_images(
      count, [&](int64_t i) { return prepared(preprocess, images[i], i); }, run);
}

reszoo_table* answers(const reszoo_model& model, const Tensor& outputs, Options options, std::string note = {}) {
  const auto probabilities = options.take<bool>("probabilities").value_or(false);
  options.finish();
  auto frame = model.predictor.table(outputs, probabilities);
  set_missing(frame, model.predictor.unanswered(outputs));
  return new reszoo_table{std::move(frame), std::move(note)};
}

ExplainOptions explain_options(const reszoo_model& model, Options options) {
  ExplainOptions choices{.output = options.take<std::string>("output").value_or("")};
  choices.rounds = options.take<int64_t>("rounds").value_or(choices.rounds);
  choices.seed = options.take<uint64_t>("seed").value_or(choices.seed);
  const auto background = options.take<std::string>("background");
  options.finish();
  if (choices.rounds < 1) fail(ErrorKind::usage, "options: \"rounds\" must be 1 or more, got {}", choices.rounds);
  if (background)
    choices.background = read_background(model.predictor, *background, TableDataOptions().background, choices.seed);
  return choices;
}

reszoo_tensor* plain(const Tensor& values) { return new reszoo_tensor{values.to(at::kCPU, at::kFloat).contiguous()}; }

}  // namespace
}  // namespace reszoo::c

using namespace reszoo;
using c::given;
using c::guarded;

reszoo_status reszoo_predict_table(reszoo_model* model, const reszoo_table* rows, const char* options,
                                   reszoo_table** predictions) {
  return guarded([&] {
    auto& by = given(model, "model");
    UnseenCounts unseen;
    const auto input = c::table_model(by).input(given(rows, "rows").frame, &unseen);
    given(predictions, "predictions") = c::answers(by, by.predictor.outputs(input), c::Options(options), unseen.line());
  });
}

reszoo_status reszoo_predict_images(reszoo_model* model, const reszoo_image* images, int64_t count, const char* options,
                                    reszoo_table** predictions) {
  return guarded([&] {
    auto& by = given(model, "model");
    const auto outputs =
        c::of_images(by, images, count, [&](const Tensor& input) { return by.predictor.outputs(input); });
    given(predictions, "predictions") = c::answers(by, outputs, c::Options(options));
  });
}

reszoo_status reszoo_explain_table(reszoo_model* model, const reszoo_table* rows, const char* options,
                                   reszoo_table** explanation) {
  return guarded([&] {
    auto& by = given(model, "model");
    const auto input = c::table_model(by).input(given(rows, "rows").frame);
    const auto choices = c::explain_options(by, c::Options(options));
    given(explanation, "explanation") =
        new reszoo_table{explanation_table(explain(*by.predictor.model(), input, choices))};
  });
}

reszoo_status reszoo_features_table(reszoo_model* model, const reszoo_table* rows, reszoo_tensor** features) {
  return guarded([&] {
    auto& by = given(model, "model");
    const auto input = c::table_model(by).input(given(rows, "rows").frame);
    given(features, "features") = c::plain(by.predictor.features(input));
  });
}

reszoo_status reszoo_features_images(reszoo_model* model, const reszoo_image* images, int64_t count,
                                     reszoo_tensor** features) {
  return guarded([&] {
    auto& by = given(model, "model");
    given(features, "features") =
        c::plain(c::of_images(by, images, count, [&](const Tensor& input) { return by.predictor.features(input); }));
  });
}

reszoo_status reszoo_run(reszoo_model* model, const float* input, const int64_t* shape, int64_t dimensions,
                         reszoo_tensor** outputs) {
  return guarded([&] {
    auto& by = given(model, "model");
    if (dimensions < 1) fail(ErrorKind::usage, "dimensions: must be 1 or more, got {}", dimensions);
    const std::vector<int64_t> sizes(&given(shape, "shape"), shape + dimensions);
    for (const auto size : sizes)
      if (size < 0) fail(ErrorKind::usage, "shape: must be 0 or more, got {}", size);
    const auto view = at::from_blob(const_cast<float*>(&given(input, "input")), sizes, at::kFloat);
    given(outputs, "outputs") = c::plain(by.predictor.outputs(view));
  });
}

void reszoo_free_tensor(reszoo_tensor* tensor) { delete tensor; }

int64_t reszoo_tensor_dimensions(const reszoo_tensor* tensor) { return tensor == nullptr ? 0 : tensor->values.dim(); }

const int64_t* reszoo_tensor_shape(const reszoo_tensor* tensor) {
  return tensor == nullptr ? nullptr : tensor->values.sizes().data();
}

const float* reszoo_tensor_data(const reszoo_tensor* tensor) {
  return tensor == nullptr ? nullptr : tensor->values.const_data_ptr<float>();
}
