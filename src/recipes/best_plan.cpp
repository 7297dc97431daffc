#include "best_plan.h"

#include <algorithm>
#include <numeric>

namespace reszoo::detail {
namespace {

constexpr double kExplore = 0.5;    // share of the time for new candidates
constexpr double kLeastFits = 5;    // trainings that the time is enough for, whatever the data
constexpr double kLeastPart = 0.4;  // of a training's usual time: with less, the network is worth nothing

}  // namespace

std::vector<size_t> best_first(const std::vector<Tried>& tried, const Monitor& monitor) {
  std::vector<size_t> order(tried.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return monitor.is_better(tried[a].value, tried[b].value); });
  return order;
}

double BestPlan::left(double used) const { return std::max(time_limit - reserve - used, 0.0); }

double BestPlan::slice(double used) const {
  const double part = time_limit / kLeastFits;
  return left(used) < part * (1 + kLeastPart) ? left(used) : part;
}

bool BestPlan::is_short_of_time(const std::vector<Tried>& tried) const {
  return tried.front().seconds > 0.9 * time_limit / kLeastFits;
}

NextFit BestPlan::choose(const std::vector<Tried>& tried, double used) const {
  const NextFit fresh{tried.size(), 0};
  if (tried.empty()) return fresh;
  const bool scarce = is_short_of_time(tried);
  if (!scarce && used < kExplore * time_limit) return fresh;
  const auto order = best_first(tried, monitor);
  for (auto few = scarce ? size_t{1} : kBagged;; few += kBagged) {
    const auto many = std::min(few, order.size());
    for (size_t fold = 1; fold < folds; ++fold)
      for (size_t rank = 0; rank < many; ++rank)
        if (tried[order[rank]].folds == fold) return {order[rank], fold};
    if (scarce || many == order.size()) return fresh;
  }
}

std::optional<NextFit> BestPlan::next(const std::vector<Tried>& tried, double used) const {
  if (tried.empty()) return NextFit{0, 0};
  const auto chosen = choose(tried, used);
  double usual = 0;
  for (const auto& one : tried) usual += one.seconds / static_cast<double>(tried.size());
  if (chosen.candidate < tried.size()) usual = tried[chosen.candidate].seconds;
  if (left(used) < kLeastPart * usual || left(used) == 0) return std::nullopt;
  return chosen;
}

size_t BestPlan::common_folds(const std::vector<Tried>& tried) const {
  size_t best = 1, most = 0;
  for (size_t count = 1; count <= folds; ++count) {
    const auto all = static_cast<size_t>(
        std::count_if(tried.begin(), tried.end(), [&](const Tried& one) { return one.folds >= count; }));
    if (const auto used = count * std::min(all, kBagged); used >= most && used > 0) {
      best = count;
      most = used;
    }
  }
  return best;
}

}  // namespace reszoo::detail
