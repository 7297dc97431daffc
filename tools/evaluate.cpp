// reszoo-evaluate: how good a trained model is on labelled rows.
#include <iostream>

#include "cli/app.h"
#include "cli/dataset.h"
#include "cli/measure.h"
#include "cli/report_data.h"

using namespace reszoo;

namespace {

/// What the command line says of a report.
struct Asked {
  std::string data, target, command;
  uint64_t seed;
};

/// The model on the rows of a file.
ReportData report_on(Model& model, const Asked& asked, const Tensor& outputs, const TensorBatches& rows, const Metrics& metrics) {
  ReportData report{.title = fmt::format("{}: {}", model.name, model.target->name()), .lead = asked.data, .command = asked.command,
                    .results = {{"measured", metrics}}, .parts = {{"measured", rows.rows()}}};
  cli::add_predictions(report, *model.target, outputs, rows.targets(), "measured");
  if (!model.table) return report;
  const auto raw = cli::read_raw(model, asked.data, asked.target);
  for (const auto& column : raw.columns) report.columns.push_back(profile_of(column));
  cli::add_columns(report, model, raw, cli::evaluation_of(*model.target, Domain::tabular), asked.seed);
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  std::string weights, data, target, report;
  const std::vector<std::string> words(argv, argv + argc);
  return cli::run_tool(argc, argv, common, {
      .name = "evaluate",
      .description = "Measures a model file on a table or on pictures with their targets",
      .define = [&](CLI::App& app) {
        app.add_option("--weights", weights, "A model file")->required();
        app.add_option("--data", data, "A table, or a folder of IDX files")->required();
        app.add_option("--target", target, "The column to compare with, if it has another name than in training");
        app.add_option("--report", report, "Write a page about the model on these rows");
      },
      .run = [&]() -> nlohmann::ordered_json {
        auto model = Model::load(weights, common.use());
        const auto rows = cli::read_labelled(model, data, target);
        const auto outputs = cli::outputs_of(model, rows);
        const auto measured = cli::measure(*model.target, outputs, rows.targets());
        if (!report.empty())
          write_report(report, report_on(model, {data, target, fmt::format("{}", fmt::join(words, " ")), common.seed}, outputs, rows, measured));
        const auto metrics = cli::to_json(measured);
        if (!common.json) std::cout << metrics.dump(2) << "\n";
        return metrics;
      },
  });
}
