#include <ATen/ATen.h>

#include <algorithm>

#include "reszoo/base/error.h"
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

}  // namespace

void add_worst_errors(ReportData& report, const Target& target, const Predictions& predictions,
                      const ImageRows& images) {
  const auto truth = target.truth(predictions.targets), guess = target.decode(predictions.outputs).cpu();
  const auto probability = target.probabilities(predictions.outputs.to(at::kDouble)).cpu();
  const auto wrong = guess.ne(truth).nonzero().squeeze(1);
  const auto of_truth = probability.gather(1, truth.unsqueeze(1)).squeeze(1).index_select(0, wrong);
  const auto worst = wrong.index_select(0, of_truth.argsort(/*stable=*/true, /*dim=*/0, /*descending=*/false));
  std::vector<Mistake> mistakes;
  for (int64_t i = 0; i < std::min<int64_t>(worst.size(0), most_mistakes); ++i) {
    const auto at = worst[i].item<int64_t>(), row = predictions.rows[at].item<int64_t>();
    const auto true_class = truth[at].item<int64_t>(), guessed = guess[at].item<int64_t>();
    const auto name_of = [&](int64_t c) { return target.classes().at(static_cast<size_t>(c)); };
    mistakes.push_back({.png = small_png(images, row),
                        .name = images.names.at(static_cast<size_t>(row)),
                        .truth = name_of(true_class),
                        .guess = name_of(guessed),
                        .truth_probability = probability[at][true_class].item<double>(),
                        .guess_probability = probability[at][guessed].item<double>()});
  }
  report.mistakes = std::move(mistakes);
}

}  // namespace reszoo
