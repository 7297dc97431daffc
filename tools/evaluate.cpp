// reszoo-evaluate: how good a trained model is on labelled rows.
#include <iostream>

#include "cli/app.h"
#include "cli/dataset.h"
#include "cli/measure.h"

using namespace reszoo;

int main(int argc, char** argv) {
  cli::Common common;
  std::string weights, data, target;
  return cli::run_tool(argc, argv, common, {
      .name = "evaluate",
      .description = "Measures a model file on a table or on pictures with their targets",
      .define = [&](CLI::App& app) {
        app.add_option("--weights", weights, "A model file")->required();
        app.add_option("--data", data, "A table, or a folder of IDX files")->required();
        app.add_option("--target", target, "The column to compare with, if it has another name than in training");
      },
      .run = [&]() -> nlohmann::ordered_json {
        auto model = Model::load(weights, common.use());
        const auto rows = cli::read_labelled(model, data, target);
        const auto metrics = cli::to_json(cli::measure(*model.target, cli::outputs_of(model, rows), rows.targets()));
        if (!common.json) std::cout << metrics.dump(2) << "\n";
        return metrics;
      },
  });
}
