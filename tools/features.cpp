// reszoo-features: the input of a network's head, one row per input.
#include <iostream>

#include "cli/app.h"
#include "cli/group_options.h"
#include "cli/predictor_options.h"
#include "cli/run_counts.h"
#include "reszoo/base/error.h"
#include "reszoo/data/npy.h"
#include "reszoo/data/table.h"
#include "reszoo/weights/safetensors.h"

using namespace reszoo;

namespace {

void write_features(const std::filesystem::path& path, const Tensor& features) {
  const auto ending = path.extension();
  if (ending == ".npy") return write_npy(path, features);
  if (ending == ".safetensors") {
    StateDict state("key");
    state.insert("features", features);
    return write_safetensors(path, state);
  }
  if (ending != ".csv" && ending != ".parquet")
    fail(ErrorKind::usage, "--out: must end in .npy, .csv, .parquet or .safetensors, got {}", path.string());
  Frame frame;
  for (int64_t c = 0; c < features.size(1); ++c)
    frame.columns.push_back(
        {.name = "f" + std::to_string(c), .numbers = features.select(1, c).to(torch::kDouble).contiguous()});
  write_table(path, frame);
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  cli::PredictorFlags flags;
  std::string out;
  cli::InputFlags inputs;
  cli::GroupFlags group;
  return cli::run_tool(
      argc, argv, common,
      {
          .name = "features",
          .description = "Extracts the pooled features of rows or images: the network with Identity as its head",
          .define =
              [&](CLI::App& app) {
                cli::add_predictor_options(app, flags);
                cli::add_input_options(app, inputs, common.notes);
                cli::add_group_options(app, group, false);
                app.add_option("--out", out, "Output file: .npy, .csv, .parquet or .safetensors")->required();
              },
          .run = [&]() -> nlohmann::ordered_json {
            connect_processes(common, group);
            auto predictor = cli::open(flags, common.use());
            std::vector<Tensor> parts;
            cli::RunCounts counts;
            AnswerOptions options{.input = cli::input_options(inputs), .group = common.group};
            options.answer = [&](const InputBatch& batch) {
              return AnsweredBatch{predictor.features(batch.input), batch.images, nullptr, batch.unseen};
            };
            options.take = [&](const AnsweredBatch& answers) {
              parts.push_back(answers.outputs);
              counts.unseen.add(answers.unseen);
              counts.add_answers(parts.back().isfinite().flatten(1).all(1).logical_not(), answers.images);
            };
            counts.left_out = answer_inputs(predictor, inputs.inputs, options);
            if (!common.is_first()) return {};
            const auto features = torch::cat(parts);
            write_features(out, features);
            if (!common.json) std::cout << out << ": " << features.size(0) << " x " << features.size(1) << "\n";
            nlohmann::ordered_json result{{"rows", features.size(0)}, {"features", features.size(1)}, {"out", out}};
            counts.tell("finite features", result);
            return result;
          },
          .group = &group,
      });
}
