#include "explain_options.h"

#include "reszoo/base/error.h"
#include "reszoo/recipes/explain.h"
#include "reszoo/recipes/table_data.h"

namespace reszoo::cli {

void add_explain_options(CLI::App& app, ExplainFlags& flags) {
  auto* explain = app.add_flag("--explain", flags.on,
                               "Tables: print what each column contributes to the prediction (Shapley values)");
  app.add_option("--explain-output", flags.output,
                 "The class, label or target to explain (the second of two classes, of more the predicted one)")
      ->needs(explain);
  app.add_option("--explain-rounds", flags.rounds, "Pairs of permutations for each background row (1)")
      ->check(CLI::PositiveNumber)
      ->needs(explain);
  app.add_option("--background", flags.background,
                 "Explain against rows of this table, instead of the training rows in the model file")
      ->needs(explain);
}

std::function<Frame(const Tensor& input)> explainer(Predictor& predictor, const ExplainFlags& flags,
                                                    const InputFlags& inputs, uint64_t seed) {
  if (!flags.on) return [](const Tensor&) { return Frame(); };
  auto* model = predictor.model();
  if (model == nullptr || !model->table)
    fail(ErrorKind::usage, "--explain: is for model files of tables, whose columns have names");
  ExplainOptions options{.output = flags.output, .rounds = flags.rounds, .seed = seed};
  if (!flags.background.empty())
    options.background =
        read_background(predictor, flags.background, TableDataOptions().background, seed, inputs.options.table);
  return [model, options](const Tensor& input) { return explanation_table(explain(*model, input, options)); };
}

bool is_explanation(const std::string& column) {
  return column == "explained" || column == "base_value" || column.starts_with("contribution_");
}

}  // namespace reszoo::cli
