/// The worst mistakes of a model, to look at.
#pragma once
#include "image_rows.h"
#include "measure.h"
#include "reszoo/train/report.h"

namespace reszoo::cli {

/// The wrong guesses that give the least to the true class, the worst first, as many as a page shows.
/// `images`: the rows that `given` is of.
std::vector<Mistake> worst_mistakes(const Target& target, const Given& given, const ImageRows& images);

}  // namespace reszoo::cli
