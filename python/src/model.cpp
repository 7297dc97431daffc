// Models: opening, predicting, explaining, measuring, storing.
#include <ATen/ATen.h>

#include <cmath>

#include "answers.h"
#include "arrays.h"
#include "module.h"
#include "reszoo/base/device.h"
#include "reszoo/base/error.h"
#include "reszoo/base/json_text.h"
#include "reszoo/infer/model_card.h"
#include "reszoo/infer/unanswered.h"
#include "reszoo/recipes/explain.h"
#include "reszoo/recipes/image_data.h"
#include "reszoo/recipes/table_data.h"
#include "reszoo/recipes/task_metrics.h"

namespace reszoo::python {
namespace {

using Unlocked = nb::call_guard<nb::gil_scoped_release>;
using Input = nb::ndarray<const float, nb::c_contig, nb::device::cpu>;
using Names = std::vector<std::string>;

Opened open(const std::string& path, const std::string& network, const std::string& options, const std::string& device,
            bool verify, const std::string& key, bool fuse, bool autotune, const std::string& precision) {
  const PredictorOptions how{.model = network,
                             .options = nlohmann::json::parse(options),
                             .verify = verify,
                             .key = key,
                             .device = parse_device(device)};
  return opened(open_predictor(path, how), fusing_of(fuse, autotune, precision));
}

/// Runs the network, or what is before its head, over all inputs.
template <typename Inputs>
Answers run_all(Opened& by, const Inputs& inputs, bool features) {
  std::vector<at::Tensor> parts;
  auto answers = visit_inputs(by, inputs, [&](const at::Tensor& input) {
    parts.push_back(features ? by.predictor.features(input) : by.predictor.outputs(input));
  });
  if (parts.empty()) fail(ErrorKind::input, "inputs: none is left{}{}", answers.note.empty() ? "" : "; ", answers.note);
  answers.outputs = at::cat(parts);
  return answers;
}

Answers run_table(Opened& by, const Frame& rows, bool features) { return run_all(by, rows, features); }

Answers run_files(Opened& by, const Names& paths, const std::string& on_bad, bool features) {
  return run_all(by, Reading{paths, on_bad}, features);
}

Answers run_images(Opened& by, const std::vector<const Picture*>& pictures, bool features) {
  return run_all(by, pictures, features);
}

Answers run_input(Opened& by, const Input& input, bool features) {
  const std::vector<int64_t> shape(input.shape_ptr(), input.shape_ptr() + input.ndim());
  const auto view = at::from_blob(const_cast<float*>(input.data()), shape, at::kFloat);
  return {features ? by.predictor.features(view) : by.predictor.outputs(view)};
}

/// What the tool `predict` writes: images, predictions, probabilities.
Frame table_of(const Opened& by, const Answers& answers, bool probabilities) {
  auto frame = by.predictor.table(answers.outputs, probabilities);
  auto names = answers.images;
  names.resize(names.empty() ? 0 : static_cast<size_t>(answers.outputs.size(0)));
  if (!names.empty()) frame.columns.insert(frame.columns.begin(), Column::of_text("input", names));
  return frame;
}

/// Returns the probabilities, NaN where there is no answer.
Array probabilities_of(const Opened& by, const Answers& answers) {
  const auto each = by.predictor.probabilities(answers.outputs);
  if (!each.defined()) fail(ErrorKind::usage, "probabilities: the model predicts numbers, which have none");
  return array_of(each.masked_fill(by.predictor.unanswered(answers.outputs).unsqueeze(1), std::nan("")));
}

template <typename Inputs>
Frame explain_all(Opened& by, const Inputs& inputs, const ExplainOptions& options) {
  auto& model = by.model("explain");
  std::vector<Frame> parts;
  visit_inputs(by, inputs,
               [&](const at::Tensor& input) { parts.push_back(explanation_table(explain(model, input, options))); });
  return parts.size() == 1 ? parts.front() : concat(parts);
}

ExplainOptions explaining(Opened& by, const std::string& output, int64_t rounds, uint64_t seed,
                          const Frame* background) {
  ExplainOptions options{.output = output, .rounds = rounds, .seed = seed};
  if (background != nullptr) options.background = by.model("explain").input(*background);
  return options;
}

Frame explain_table(Opened& by, const Frame& rows, const std::string& output, int64_t rounds, uint64_t seed,
                    const Frame* background) {
  return explain_all(by, rows, explaining(by, output, rounds, seed, background));
}

Frame explain_files(Opened& by, const Names& paths, const std::string& output, int64_t rounds, uint64_t seed,
                    const Frame* background) {
  return explain_all(by, Reading{paths}, explaining(by, output, rounds, seed, background));
}

/// Throws: Error (usage) for a model without one.
const Target& target_of(Opened& by) {
  const auto& target = by.model("evaluate").target;
  if (!target) fail(ErrorKind::usage, "evaluate: the model has no target to compare its predictions with");
  return *target;
}

std::string evaluate_table(Opened& by, const Frame& rows) {
  const auto& target = target_of(by);
  auto& model = by.model("evaluate");
  return json_text(metrics_json(evaluate(model, Dataset(model.input(rows), target.encode(rows)))));
}

std::string evaluate_files(Opened& by, const Names& paths, const Names& target) {
  target_of(by);
  auto& model = by.model("evaluate");
  const auto rows = model.table ? read_labelled_rows(model, TablePaths(paths), target)
                                : read_labelled_images(model, paths.at(0)).rows;
  return json_text(metrics_json(evaluate(model, rows)));
}

void save(Opened& by, const std::string& path) { by.model("save").save(path); }

void fuse_again(Opened& by, bool fuse, bool autotune, const std::string& precision) {
  auto& model = by.model("fuse");
  model.unfuse();
  by.fusing = fusing_of(fuse, autotune, precision);
  if (fuse) model.fuse(by.fusing.options);
}

/// The precision that the fused network computes in; "" if it is not fused.
std::string precision_of(Opened& by) {
  const auto* model = by.predictor.model();
  return model == nullptr || !by.fusing.fuse ? "" : text_of(model->fused().front().precision());
}

std::string card_of(const Opened& by) { return json_text(model_card(by.predictor)); }

Names targets_of(const Opened& by) {
  const auto* model = by.predictor.model();
  return model != nullptr && model->target ? model->target->names() : Names{};
}

void define_answers(nb::module_& module) {
  nb::class_<Answers>(module, "Answers", "The outputs of a model for some inputs.")
      .def("outputs", [](const Answers& answers) { return array_of(answers.outputs); })
      .def("images", [](const Answers& answers) { return answers.images; })
      .def("note", [](const Answers& answers) { return answers.note; });
}

}  // namespace

void define_model(nb::module_& module) {
  define_answers(module);
  const auto fuse = nb::arg("fuse"), autotune = nb::arg("autotune"), precision = nb::arg("precision");
  nb::class_<Opened>(module, "Model", "A model that is ready to predict.")
      .def_static("open", open, nb::arg("path"), nb::arg("network"), nb::arg("options"), nb::arg("device"),
                  nb::arg("verify"), nb::arg("key"), fuse, autotune, precision, Unlocked())
      .def("save", save, nb::arg("path"), Unlocked())
      .def("run_table", run_table, nb::arg("rows"), nb::arg("features"), Unlocked())
      .def("run_files", run_files, nb::arg("paths"), nb::arg("on_bad"), nb::arg("features"), Unlocked())
      .def("run_images", run_images, nb::arg("pictures"), nb::arg("features"), Unlocked())
      .def("run_input", run_input, nb::arg("input"), nb::arg("features"), Unlocked())
      .def("table", table_of, nb::arg("answers"), nb::arg("probabilities"), Unlocked())
      .def("probabilities", probabilities_of, nb::arg("answers"))
      .def("classes", [](const Opened& by, const Answers& answers) { return by.predictor.classes(answers.outputs); })
      .def("explain_table", explain_table, nb::arg("rows"), nb::arg("output"), nb::arg("rounds"), nb::arg("seed"),
           nb::arg("background").none(), Unlocked())
      .def("explain_files", explain_files, nb::arg("paths"), nb::arg("output"), nb::arg("rounds"), nb::arg("seed"),
           nb::arg("background").none(), Unlocked())
      .def("evaluate_table", evaluate_table, nb::arg("rows"), Unlocked())
      .def("evaluate_files", evaluate_files, nb::arg("paths"), nb::arg("target"), Unlocked())
      .def("fuse", fuse_again, fuse, autotune, precision, Unlocked())
      .def("precision", precision_of)
      .def("card", card_of)
      .def("targets", targets_of);
}

}  // namespace reszoo::python
