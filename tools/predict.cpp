// reszoo-predict: predictions for raw rows or images.
#include <algorithm>
#include <iostream>

#include "cli/app.h"
#include "cli/explain_options.h"
#include "cli/group_options.h"
#include "cli/list_option.h"
#include "cli/predictor_options.h"
#include "cli/run_counts.h"
#include "cli/signals.h"
#include "reszoo/base/error.h"
#include "reszoo/data/table_stream.h"

using namespace reszoo;
using nlohmann::ordered_json;

namespace {

struct Arguments {
  cli::PredictorFlags predictor;
  cli::InputFlags input;
  cli::ExplainFlags explain;
  cli::GroupFlags group;
  std::string out;
  std::optional<size_t> top;
  bool probabilities = false;
};

/// The most probable classes of each row: "name 0.93, name 0.05".
Column top_classes(const Tensor& probabilities, const std::vector<std::string>& names, size_t top) {
  const auto count = std::min<int64_t>(static_cast<int64_t>(top), static_cast<int64_t>(names.size()));
  const auto [likely, codes] = probabilities.topk(count, 1);
  const auto probability = likely.contiguous(), code = codes.contiguous();
  std::vector<std::string> lines;
  for (int64_t row = 0; row < probability.size(0); ++row) {
    std::vector<std::string> words;
    for (int64_t i = row * count; i < (row + 1) * count; ++i)
      words.push_back(fmt::format("{} {:.4f}", names[static_cast<size_t>(code.const_data_ptr<int64_t>()[i])],
                                  probability.const_data_ptr<double>()[i]));
    lines.push_back(fmt::format("{}", fmt::join(words, ", ")));
  }
  return Column::of_text("top", lines);
}

/// The output table: predictions, the most probable classes, probabilities, contributions.
Frame table_of(const Predictor& predictor, const AnsweredBatch& answers, const Arguments& a, bool images) {
  const auto& outputs = answers.outputs;
  auto frame = predictor.table(outputs, a.probabilities);
  const auto names = predictor.classes(outputs);
  if (const auto top = a.top.value_or(images ? 5 : 0); top > 0 && !names.empty())
    frame.columns.insert(frame.columns.begin() + 1, top_classes(predictor.probabilities(outputs), names, top));
  std::copy(answers.more.columns.begin(), answers.more.columns.end(), std::back_inserter(frame.columns));
  set_missing(frame, predictor.unanswered(outputs));
  if (images) {
    auto paths = answers.images;
    paths.resize(static_cast<size_t>(outputs.size(0)));  // rows of a table among images have none
    frame.columns.insert(frame.columns.begin(), Column::of_text("input", paths));
  }
  return frame;
}

/// Appends predictions and contributions to one list per column. Quantiles all on one side have no prediction.
void gather(ordered_json& lists, const Frame& answers) {
  const std::string kind = answers.columns.front().name.starts_with("quantile") ? "quantile" : "prediction";
  for (const auto& column : answers.columns) {
    if (!column.name.starts_with(kind) && !cli::is_explanation(column.name)) continue;
    auto& values = lists[column.name];
    for (int64_t row = 0; row < column.size(); ++row)
      if (column.missing()[row].item<bool>()) values.push_back(nullptr);
      else if (column.date) values.push_back(date_text(column.numbers[row].item<double>()));
      else if (column.kind == Column::Kind::number) values.push_back(column.numbers[row].item<double>());
      else values.push_back(column.words[static_cast<size_t>(column.codes[row].item<int64_t>())]);
  }
}

ordered_json run(const Arguments& a, cli::Common& common) {
  connect_processes(common, a.group);
  auto predictor = cli::open(a.predictor, common.use());
  const bool images = cli::has_images(predictor, a.input), listed = common.json && a.out.empty();
  std::optional<TableWriter> writer;
  if (!a.out.empty()) cli::watch_signals();  // half a file must not stay
  if (!listed && common.is_first())
    writer = a.out.empty() ? TableWriter(std::cout) : TableWriter(std::filesystem::path(a.out));
  const auto explain = cli::explainer(predictor, a.explain, a.input, common.seed);
  cli::RunCounts counts;
  ordered_json lists = ordered_json::object();
  AnswerOptions options{.input = cli::input_options(a.input), .group = common.group};
  options.answer = [&](const InputBatch& batch) {
    if (const int signal = cli::signal_received()) throw cli::Exit{128 + signal};
    return AnsweredBatch{predictor.outputs(batch.input), batch.images, batch.kept, batch.unseen, explain(batch.input)};
  };
  options.take = [&](const AnsweredBatch& answers) {
    counts.unseen.add(answers.unseen);
    counts.add_answers(predictor.unanswered(answers.outputs), answers.images);
    const auto table = table_of(predictor, answers, a, images);
    if (writer) writer->write(table, answers.kept);
    else gather(lists, table);
  };
  counts.left_out = answer_inputs(predictor, a.input.inputs, options);
  if (!common.is_first()) return {};
  if (counts.rows == 0) fail(ErrorKind::input, "no image is left, {}", counts.left_out.text());
  if (writer) writer->finish();
  ordered_json result{{"rows", counts.rows}, {"out", a.out}};
  counts.tell("prediction", result);
  if (listed) result["predictions"] = lists.size() == 1 ? lists.begin().value() : lists;
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  Arguments arguments;
  return cli::run_tool(argc, argv, common,
                       {
                           .name = "predict",
                           .description = "Predicts for raw rows or images",
                           .define =
                               [&](CLI::App& app) {
                                 auto& a = arguments;
                                 cli::add_predictor_options(app, a.predictor);
                                 cli::add_input_options(app, a.input, common.notes);
                                 cli::add_explain_options(app, a.explain);
                                 cli::add_group_options(app, a.group, false);
                                 cli::add_list(app, "--keep", a.input.options.keep,
                                               "Input columns to copy to the output");
                                 app.add_option("--topk", a.top, "Print the K most probable classes (images: 5)");
                                 app.add_flag("--proba", a.probabilities, "Print the probability of every class");
                                 app.add_option("--out", a.out, "Output .csv or .parquet file (stdout)");
                               },
                           .run = [&] { return run(arguments, common); },
                           .group = &arguments.group,
                       });
}
