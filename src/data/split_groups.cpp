#include <algorithm>

#include "reszoo/base/error.h"
#include "split_parts.h"

namespace reszoo::detail {
namespace {

/// Returns the groups in the order in which they first occur in a random order of the rows.
std::vector<Rows> groups_of(const Rows& order, const SplitRule& rule) {
  std::vector<int64_t> rank(order.size());
  for (size_t i = 0; i < order.size(); ++i) rank[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  auto groups = runs_of(by_key(order, rule), rule);
  std::sort(groups.begin(), groups.end(), [&](const Rows& a, const Rows& b) {
    return rank[static_cast<size_t>(a.front())] < rank[static_cast<size_t>(b.front())];
  });
  return groups;
}

/// Removes groups from the list for about `wanted` rows, and leaves at least `others` groups: every group that still
/// fits, then the smallest remaining one if that brings the total closer to `wanted`.
Rows take_groups(std::vector<Rows>& groups, int64_t wanted, size_t others) {
  Rows taken;
  std::vector<Rows> left;
  auto spare = groups.size() - others;
  const auto room = [&] { return wanted - static_cast<int64_t>(taken.size()); };
  const auto take = [&](const Rows& group) {
    taken.insert(taken.end(), group.begin(), group.end());
    --spare;
  };
  for (auto& group : groups)
    if (spare > 0 && static_cast<int64_t>(group.size()) <= room()) take(group);
    else left.push_back(std::move(group));
  const auto smallest =
      std::min_element(left.begin(), left.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  const bool nearer = smallest != left.end() && static_cast<int64_t>(smallest->size()) < 2 * room();
  if (taken.empty() || (spare > 0 && nearer)) {
    take(*smallest);
    left.erase(smallest);
  }
  groups = std::move(left);
  return taken;
}

void check_groups(const std::vector<Rows>& groups, size_t needed, const char* things, const SplitRule& rule) {
  if (groups.size() < needed)
    fail(ErrorKind::input, "group column \"{}\": {} {} need as many groups, got {}", rule.name(), needed, things,
         groups.size());
}

}  // namespace

Split split_groups(const Rows& order, double validation, double test, const SplitRule& rule) {
  auto groups = groups_of(order, rule);
  check_groups(groups, size_t{1} + (validation > 0) + (test > 0), "parts", rule);
  const auto rows = static_cast<double>(order.size());
  Rows test_rows, validation_rows, train;
  if (test > 0) test_rows = take_groups(groups, static_cast<int64_t>(rows * test), size_t{1} + (validation > 0));
  if (validation > 0) validation_rows = take_groups(groups, static_cast<int64_t>(rows * validation), 1);
  for (const auto& group : groups) train.insert(train.end(), group.begin(), group.end());
  return {ascending(std::move(train)), ascending(std::move(validation_rows)), ascending(std::move(test_rows))};
}

std::vector<Rows> group_folds(const Rows& order, int64_t count, const SplitRule& rule) {
  std::vector<Rows> held(static_cast<size_t>(count));
  auto groups = groups_of(order, rule);
  check_groups(groups, held.size(), "folds", rule);
  // The largest group first, each to the fold that has the fewest rows.
  std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  for (const auto& group : groups) {
    auto& fold =
        *std::min_element(held.begin(), held.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
    fold.insert(fold.end(), group.begin(), group.end());
  }
  return held;
}

}  // namespace reszoo::detail
