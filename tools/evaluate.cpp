// reszoo-evaluate: metrics of a trained model on labelled data.
#include <iostream>

#include "cli/app.h"
#include "cli/group_options.h"
#include "cli/image_options.h"
#include "cli/list_option.h"
#include "cli/predictor_options.h"
#include "cli/run_counts.h"
#include "cli/table_options.h"
#include "reszoo/base/error.h"
#include "reszoo/base/json_text.h"
#include "reszoo/preprocess/describe.h"
#include "reszoo/recipes/explain.h"
#include "reszoo/recipes/model_report.h"
#include "reszoo/recipes/shared_answers.h"

using namespace reszoo;
using nlohmann::ordered_json;

namespace {

struct Arguments {
  std::string weights, report;
  std::vector<std::string> data, target;
  bool describe = false, explain = false;
  TableReadOptions table;
  cli::ImageFlags images;
  cli::FuseFlags fuse;
  cli::GroupFlags group;
};

/// The labelled rows; `images` for an image network.
struct Labelled {
  Dataset rows;
  std::optional<ImageRows> images = {};
  std::shared_ptr<LeftOut> left_out = {};  ///< also counts while the rows are read
  UnseenCounts unseen = {};
  std::optional<DriftCounts> drift = {};
};

Labelled read(const Model& model, const Arguments& a) {
  if (model.table) {
    UnseenCounts unseen;
    DriftCounts drift(*model.table);
    auto rows = read_labelled_rows(model, a.data, a.target, a.table, &unseen, &drift);
    return {.rows = std::move(rows), .unseen = unseen, .drift = std::move(drift)};
  }
  const TableDataOptions data{.target = a.target, .read = a.table};
  auto labelled = read_labelled_images(model, a.data.front(), cli::image_data_options(a.images, data));
  return {std::move(labelled.rows), std::move(labelled.images), labelled.left_out};
}

/// The columns and the target in the model file.
ordered_json describe_model(const Model& model, bool json) {
  if (!model.table) fail(ErrorKind::usage, "{}: reads images, --describe is for tables", model.name);
  ordered_json result{{"model", model.name}};
  if (model.target) result["target"] = model.target->to_json();
  result.update(describe(*model.table));
  if (!json) {
    std::cout << describe_text(*model.table);
    if (model.target) std::cout << "target " << json_text(result["target"]) << "\n";
  }
  return result;
}

ordered_json run(const Arguments& a, cli::Common& common, const std::string& command) {
  connect_processes(common, a.group);
  auto model = cli::open_model(a.weights, common.use());
  if (a.describe) return describe_model(model, common.json);
  cli::fuse_model(model, a.fuse);
  auto labelled = read(model, a);
  const auto left_out_before = labelled.left_out ? *labelled.left_out : LeftOut();
  const auto predictions = predict_rows(model, labelled.rows, common.group.get());
  if (labelled.left_out && common.group)
    *labelled.left_out = left_out_by_all(left_out_before, *labelled.left_out, *common.group);
  if (!common.is_first()) return {};
  const auto measured = compute_metrics(*model.target, predictions.outputs, predictions.targets);
  auto metrics = metrics_json(measured);
  add_calibration(metrics, *model.target, predictions);
  if (!a.report.empty() || a.explain) {
    const auto raw = model.table ? read_raw_rows(model, a.data, a.target, a.table) : Frame();
    auto report = make_report(model, predictions, raw, common.seed);
    if (labelled.images) add_worst_errors(report, *model.target, predictions, *labelled.images);
    report.lead = TablePaths(a.data).text();
    report.command = command;
    if (!a.report.empty()) write_report(a.report, report);
    if (a.explain) metrics["columns"] = columns_json(report);
  }
  cli::RunCounts counts{.unseen = labelled.unseen, .drift = std::move(labelled.drift)};
  if (labelled.left_out) counts.left_out = *labelled.left_out;
  counts.add_answers(unanswered_rows(predictions.outputs, model.target));
  counts.tell("prediction, so no metric is defined", metrics);
  if (!common.json) std::cout << json_text(metrics, 2) << "\n";
  return metrics;
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  Arguments arguments;
  const std::vector<std::string> words(argv, argv + argc);
  return cli::run_tool(
      argc, argv, common,
      {
          .name = "evaluate",
          .description = "Evaluates a model file on a labelled table or labelled images",
          .define =
              [&](CLI::App& app) {
                auto& a = arguments;
                app.add_option("--weights", a.weights, "A model file, or hf-hub:owner/name")->required();
                app.add_option("--data", a.data,
                               "A table: files, folders or patterns; for images a folder of class folders, of IDX or "
                               "CIFAR files, tar archives, "
                               "Parquet files with images, or a table of files and classes");
                cli::add_list(app, "--target", a.target,
                              "Target columns, in the order of training, if they are named differently there; for a "
                              "table of images the columns of classes");
                app.add_option("--report", a.report, "Write an HTML report of the model on these rows");
                app.add_flag("--explain", a.explain, "Also print what the predictions depend on, column by column");
                app.add_flag("--describe", a.describe,
                             "Print the input columns of the model and their preprocessing instead");
                cli::add_fuse_options(app, a.fuse);
                cli::add_group_options(app, a.group, false);
                cli::add_table_options(app, a.table, common.notes);
                cli::add_image_reading(app, a.images);
                app.final_callback([&a] {
                  if (a.data.empty() && !a.describe) throw CLI::RequiredError("--data or --describe");
                });
              },
          .run = [&] { return run(arguments, common, fmt::format("{}", fmt::join(words, " "))); },
          .group = &arguments.group,
      });
}
