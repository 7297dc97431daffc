// reszoo-evaluate: how good a trained model is on labelled rows.
#include <iostream>

#include "cli/app.h"
#include "cli/dataset.h"
#include "cli/measure.h"
#include "cli/table_options.h"
#include "reszoo/base/error.h"
#include "reszoo/preprocess/describe.h"

using namespace reszoo;
using nlohmann::ordered_json;

namespace {

struct Arguments {
  std::string weights, data, target;
  bool describe = false;
  TableReadOptions table;
};

/// What the model file says of its columns and its target.
ordered_json describe_model(const Model& model, bool json) {
  if (!model.table) fail(ErrorKind::usage, "{}: reads pictures, --describe is of tables", model.name);
  ordered_json result{{"model", model.name}};
  if (model.target) result["target"] = model.target->to_json();
  result.update(describe(*model.table));
  if (!json) {
    std::cout << describe_text(*model.table);
    if (model.target) std::cout << "target " << result["target"].dump() << "\n";
  }
  return result;
}

ordered_json run(const Arguments& a, const cli::Common& common) {
  auto model = Model::load(a.weights, common.use());
  if (a.describe) return describe_model(model, common.json);
  const auto rows = cli::read_labelled(model, a.data, a.target, a.table);
  const auto metrics = cli::to_json(cli::measure(*model.target, cli::outputs_of(model, rows), rows.targets()));
  if (!common.json) std::cout << metrics.dump(2) << "\n";
  return metrics;
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  Arguments arguments;
  return cli::run_tool(argc, argv, common, {
      .name = "evaluate",
      .description = "Measures a model file on a table or on pictures with their targets",
      .define = [&](CLI::App& app) {
        auto& a = arguments;
        app.add_option("--weights", a.weights, "A model file")->required();
        app.add_option("--data", a.data, "A table, or a folder of IDX files");
        app.add_option("--target", a.target, "The column to compare with, if it has another name than in training");
        app.add_flag("--describe", a.describe, "Print the columns that the model reads, and how, instead");
        cli::add_table_options(app, a.table);
        app.final_callback([&a] {
          if (a.data.empty() && !a.describe) throw CLI::RequiredError("--data or --describe");
        });
      },
      .run = [&] { return run(arguments, common); },
  });
}
