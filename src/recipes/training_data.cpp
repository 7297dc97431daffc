#include "reszoo/recipes/training_data.h"

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/base/permutation.h"
#include "reszoo/train/loss.h"

namespace reszoo {
namespace {

constexpr Named<ClassBalance> kBalances[] = {
    {"none", ClassBalance::none}, {"weights", ClassBalance::weights}, {"draws", ClassBalance::draws}};

}  // namespace

Dataset balanced(const Dataset& rows, const Target& target, ClassBalance balance) {
  if (balance == ClassBalance::none) return rows;
  if (target.classes().empty())
    fail(ErrorKind::usage, "balance={}: needs classes, {} is of task={}", name_of(kBalances, balance), target.name(),
         text_of(target.task()));
  auto weights = balanced_weights(rows.targets());
  if (balance == ClassBalance::draws) return rows.with_sampling_weights(weights);
  if (rows.weights().defined()) weights = weights * rows.weights();
  return rows.weighted(weights);
}

Dataset sample_of(const Dataset& rows, uint64_t seed, int64_t most) {
  constexpr int64_t stream = -3;
  return rows.rows() <= most ? rows : rows.select(random_sample(rows.rows(), most, seed, stream));
}

SplitRule split_rule(const SplitOptions& options, const Frame& table, const Target& target) {
  if (!options.group.empty()) return SplitRule::group(table.at(options.group));
  if (!options.time.empty()) return SplitRule::time(table.at(options.time));
  if (!options.stratify.empty()) return SplitRule::stratified(table.at(options.stratify));
  const bool classes = !target.classes().empty() && target.names().size() == 1;
  return classes && options.stratify_classes ? SplitRule::stratified(table.at(target.names()[0])) : SplitRule();
}

}  // namespace reszoo
