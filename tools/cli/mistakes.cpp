#include "mistakes.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/data/encode.h"
#include "reszoo/preprocess/thumbnail.h"

namespace reszoo::cli {
namespace {

constexpr int64_t longest_side = 160;  // pixels

/// An image as the page takes it; "" of a file that is gone by now, which must not cost the report.
std::string small_png(const ImageRows& images, int64_t row) {
  try {
    return encode_png(thumbnail(*images.source(row), longest_side));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::file) return "";
    throw;
  }
}

}  // namespace

std::vector<Mistake> worst_mistakes(const Target& target, const Given& given, const ImageRows& images) {
  const auto truth = target.truth(given.targets), guess = target.decode(given.outputs).cpu();
  const auto probability = target.probabilities(given.outputs.to(at::kDouble)).cpu();
  const auto wrong = guess.ne(truth).nonzero().squeeze(1);
  const auto of_truth = probability.gather(1, truth.unsqueeze(1)).squeeze(1).index_select(0, wrong);
  const auto worst = wrong.index_select(0, of_truth.argsort(/*stable=*/true, /*dim=*/0, /*descending=*/false));
  std::vector<Mistake> mistakes;
  for (int64_t i = 0; i < std::min<int64_t>(worst.size(0), most_mistakes); ++i) {
    const auto at = worst[i].item<int64_t>(), row = given.rows[at].item<int64_t>();
    const auto true_class = truth[at].item<int64_t>(), guessed = guess[at].item<int64_t>();
    const auto name_of = [&](int64_t c) { return target.classes().at(static_cast<size_t>(c)); };
    mistakes.push_back({.png = small_png(images, row),
                        .name = images.names.at(static_cast<size_t>(row)),
                        .truth = name_of(true_class),
                        .guess = name_of(guessed),
                        .truth_probability = probability[at][true_class].item<double>(),
                        .guess_probability = probability[at][guessed].item<double>()});
  }
  return mistakes;
}

}  // namespace reszoo::cli
