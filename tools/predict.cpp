// reszoo-predict: what a model says of raw rows or pictures.
#include <algorithm>
#include <iostream>
#include <numeric>

#include "cli/app.h"
#include "cli/source.h"
#include "reszoo/base/error.h"
#include "reszoo/data/table.h"

using namespace reszoo;
using nlohmann::ordered_json;

namespace {

/// The table of predictions that is printed or written, grown part by part.
struct Answers {
  std::vector<std::string> pictures, labels;  // a picture's path; "" of other rows
  std::vector<double> values;
  std::vector<std::vector<double>> probabilities;  // a column a class
  std::vector<std::string> classes;

  bool of_pictures() const {
    return std::any_of(pictures.begin(), pictures.end(), [](const auto& path) { return !path.empty(); });
  }
};

/// Probabilities of a script's logits, whose classes have numbers for names.
void add_unnamed(Answers& answers, const Tensor& outputs) {
  if (outputs.dim() != 2) fail(ErrorKind::input, "the model's outputs have {} dimensions, 2 are expected", outputs.dim());
  const auto rows = outputs.size(0), classes = outputs.size(1);
  if (classes == 1) {
    const auto values = outputs.to(torch::kDouble).contiguous();
    answers.values.insert(answers.values.end(), values.const_data_ptr<double>(), values.const_data_ptr<double>() + rows);
    return;
  }
  const auto probability = outputs.to(torch::kDouble).softmax(1);
  const auto likeliest = probability.argmax(1);
  const auto columns = probability.t().contiguous();
  for (int64_t i = 0; i < rows; ++i) answers.labels.push_back(std::to_string(likeliest.const_data_ptr<int64_t>()[i]));
  answers.probabilities.resize(static_cast<size_t>(classes));
  answers.classes.clear();
  for (int64_t c = 0; c < classes; ++c) {
    answers.classes.push_back(std::to_string(c));
    const auto* column = columns.const_data_ptr<double>() + c * rows;
    auto& all = answers.probabilities[static_cast<size_t>(c)];
    all.insert(all.end(), column, column + rows);
  }
}

void add(Answers& answers, const cli::Source& source, const Tensor& outputs) {
  if (!source.model || !source.model->target) return add_unnamed(answers, outputs);
  const auto& target = *source.model->target;
  answers.classes = target.classes();
  answers.probabilities.resize(answers.classes.size());
  for (const auto& prediction : source.model->read(outputs)) {
    if (target.is_number()) {
      answers.values.push_back(prediction.value);
      continue;
    }
    answers.labels.push_back(prediction.label);
    for (size_t c = 0; c < answers.classes.size(); ++c) answers.probabilities[c].push_back(prediction.probabilities[c]);
  }
}

/// The `top` likeliest classes of a row, "name 0.93, name 0.05".
std::string top_classes(const Answers& answers, size_t row, size_t top) {
  std::vector<size_t> order(answers.classes.size());
  std::iota(order.begin(), order.end(), 0);
  top = std::min(top, order.size());
  const auto likelier = [&](size_t a, size_t b) { return answers.probabilities[a][row] > answers.probabilities[b][row]; };
  std::partial_sort(order.begin(), order.begin() + static_cast<int64_t>(top), order.end(), likelier);
  std::vector<std::string> words;
  for (size_t i = 0; i < top; ++i)
    words.push_back(fmt::format("{} {:.4f}", answers.classes[order[i]], answers.probabilities[order[i]][row]));
  return fmt::format("{}", fmt::join(words, ", "));
}

Frame frame_of(const Answers& answers, bool with_probabilities, size_t top) {
  Frame frame;
  if (answers.of_pictures()) frame.columns.push_back(Column::of_text("input", answers.pictures));
  if (!answers.values.empty()) frame.columns.push_back(Column::of_numbers("prediction", answers.values));
  else frame.columns.push_back(Column::of_text("prediction", answers.labels));
  if (top > 0 && !answers.labels.empty()) {
    std::vector<std::string> best;
    for (size_t row = 0; row < answers.labels.size(); ++row) best.push_back(top_classes(answers, row, top));
    frame.columns.push_back(Column::of_text("top", best));
  }
  if (with_probabilities)
    for (size_t c = 0; c < answers.classes.size(); ++c)
      frame.columns.push_back(Column::of_numbers("probability_" + answers.classes[c], answers.probabilities[c]));
  return frame;
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  cli::SourceOptions options;
  std::string out;
  std::vector<std::string> inputs;
  std::optional<size_t> top;
  bool probabilities = false;
  return cli::run_tool(argc, argv, common, {
      .name = "predict",
      .description = "Predicts for raw rows or pictures",
      .define = [&](CLI::App& app) {
        cli::add_source_options(app, options);
        app.add_option("INPUT", inputs, "Tables, pictures, folders of them; - is a table on stdin")->required();
        app.add_option("--top", top, "Show this many classes (pictures: 5)");
        app.add_flag("--proba", probabilities, "Give every class's probability");
        app.add_option("--out", out, "Write to this .csv or .parquet file instead of stdout");
      },
      .run = [&]() -> ordered_json {
        auto source = cli::open_source(options, common.use());
        Answers answers;
        cli::for_each_input(source, inputs, [&](const Tensor& input, const std::string& picture) {
          const auto outputs = source.outputs(input);
          add(answers, source, outputs);
          answers.pictures.insert(answers.pictures.end(), static_cast<size_t>(outputs.size(0)), picture);
        });
        const auto frame = frame_of(answers, probabilities, top.value_or(answers.of_pictures() ? 5 : 0));
        if (!out.empty()) write_table(out, frame);
        else if (!common.json) write_csv(std::cout, frame);
        ordered_json result{{"rows", frame.rows()}, {"out", out}};
        if (common.json && out.empty())
          result["predictions"] = answers.values.empty() ? ordered_json(answers.labels) : ordered_json(answers.values);
        return result;
      },
  });
}
