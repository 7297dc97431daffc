#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/data/encode.h"
#include "reszoo/preprocess/thumbnail.h"
#include "reszoo/recipes/model_report.h"

namespace reszoo {
namespace {

constexpr int64_t kThumbnailSide = 160;  // pixels

/// Returns an image as a small PNG for the page; "" if its file no longer exists, which must not fail the report.
std::string small_png(const ImageRows& images, int64_t row) {
  try {
    return encode_png(thumbnail(*images.source(row), kThumbnailSide));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::file) return "";
    throw;
  }
}

constexpr double kNoProbability = std::numeric_limits<double>::quiet_NaN();

/// Predictions compared with the truth.
struct Compared {
  Tensor worst;  ///< (M) int64: the predictions that are wrong, the worst first
  std::function<Mistake(int64_t at)> describe;
};

/// Returns the predictions with a badness above 0, the worst first.
Tensor by_badness(const Tensor& badness) {
  const auto wrong = badness.gt(0).nonzero().squeeze(1);
  return wrong.index_select(0, badness.index_select(0, wrong).argsort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
}

/// One of several classes: the lower the probability of the true class, the worse.
Compared compared_classes(const Target& target, const Predictions& predictions) {
  const auto truth = target.truth(predictions.targets), guess = target.decode(predictions.outputs).cpu();
  const auto probability = target.probabilities(predictions.outputs.to(at::kDouble)).cpu();
  const auto of_truth = probability.gather(1, truth.unsqueeze(1)).squeeze(1);
  const auto badness = (2 - of_truth) * guess.ne(truth);
  return {by_badness(badness), [=, classes = target.classes()](int64_t at) {
            const auto true_class = truth[at].item<int64_t>(), guessed = guess[at].item<int64_t>();
            return Mistake{.truth = classes.at(static_cast<size_t>(true_class)),
                           .guess = classes.at(static_cast<size_t>(guessed)),
                           .truth_probability = probability[at][true_class].item<double>(),
                           .guess_probability = probability[at][guessed].item<double>()};
          }};
}

/// Several labels: the larger the mean log loss of a row with a wrong label, the worse.
Compared compared_labels(const Target& target, const Predictions& predictions) {
  const auto truth = target.truth(predictions.targets), guess = target.decode(predictions.outputs).cpu();
  const auto probability = target.probabilities(predictions.outputs.to(at::kDouble)).cpu();
  const auto of_truth = at::where(truth.eq(1), probability, 1 - probability).clamp_min(1e-15);
  const auto badness = -of_truth.log().mean(1) * guess.ne(truth).any(1);
  const auto labels = [names = target.names()](const Tensor& row) {
    std::vector<std::string> those;
    for (size_t t = 0; t < names.size(); ++t)
      if (row[static_cast<int64_t>(t)].item<int64_t>() == 1) those.push_back(names[t]);
    return those.empty() ? "none" : list(those);
  };
  return {by_badness(badness), [=](int64_t at) {
            return Mistake{.truth = labels(truth[at]),
                           .guess = labels(guess[at]),
                           .truth_probability = kNoProbability,
                           .guess_probability = kNoProbability};
          }};
}

/// Numbers: the larger the error in standard deviations of the target, the worse.
Compared compared_numbers(const Target& target, const Predictions& predictions) {
  auto guess = target.decode(predictions.outputs).cpu().reshape({predictions.targets.size(0), -1});
  const auto truth = target.truth(predictions.targets).cpu().reshape({guess.size(0), -1});
  if (target.task() == Task::quantile) guess = guess.narrow(1, guess.size(1) / 2, 1);
  const auto badness = ((guess - truth).abs() / at::tensor(target.scale(), at::kDouble)).mean(1);
  const auto text = [](const Tensor& row) {
    std::vector<std::string> numbers;
    for (int64_t t = 0; t < row.size(0); ++t) numbers.push_back(fmt::format("{:.4g}", row[t].item<double>()));
    return list(numbers);
  };
  return {by_badness(badness), [=](int64_t at) {
            return Mistake{.truth = text(truth[at]),
                           .guess = text(guess[at]),
                           .truth_probability = kNoProbability,
                           .guess_probability = kNoProbability};
          }};
}

Compared compare(const Target& target, const Predictions& predictions) {
  if (target.is_number()) return compared_numbers(target, predictions);
  return target.task() == Task::multilabel ? compared_labels(target, predictions)
                                           : compared_classes(target, predictions);
}

}  // namespace

void add_worst_errors(ReportData& report, const Target& target, const Predictions& predictions,
                      const ImageRows& images) {
  const auto compared = compare(target, predictions);
  std::vector<Mistake> mistakes;
  for (int64_t i = 0; i < std::min<int64_t>(compared.worst.size(0), most_mistakes); ++i) {
    const auto at = compared.worst[i].item<int64_t>(), row = predictions.rows[at].item<int64_t>();
    auto mistake = compared.describe(at);
    mistake.png = small_png(images, row);
    mistake.name = images.names.at(static_cast<size_t>(row));
    mistakes.push_back(std::move(mistake));
  }
  report.mistakes = std::move(mistakes);
}

}  // namespace reszoo
