#include "key_search.h"

#include <algorithm>
#include <optional>

namespace reszoo {
namespace {

/// Keeps the only candidate that is called averaged.
void keep_averaged(std::vector<KeyFit>& fits) {
  const auto is_averaged = [](const KeyFit& fit) { return fit.place.find("ema") != std::string::npos; };
  if (std::count_if(fits.begin(), fits.end(), is_averaged) == 1)
    std::erase_if(fits, [&](const KeyFit& fit) { return !is_averaged(fit); });
}

}  // namespace

KeySearch::KeySearch(const NetworkKeys& network, const StateDict& state, bool prefer_ema) : network_(network) {
  add({"", state}, prefer_ema);
  const auto& fits = found_.back().fits;
  // A package's own names are surer than order and shape.
  if (fits.empty() || fits[0].has_renamed || !Comparison(network, state, fits[0], "", true).report().complete())
    for (auto& other : candidate_remaps(state)) add(std::move(other), prefer_ema);
}

std::vector<std::string> KeySearch::candidates() const {
  for (const auto& found : found_)
    if (!found.fits.empty()) return found.fits.size() > 1 ? names_of(found.fits) : std::vector<std::string>();
  return {};
}

Comparison KeySearch::best(bool adapt) const {
  std::optional<Comparison> best;
  const auto consider = [&](const Found& found, const KeyFit& fit) {
    Comparison comparison(network_, found.tree.state(), fit, found.remap, adapt);
    if (!best || comparison.is_better_than(*best)) best.emplace(std::move(comparison));
  };
  for (const auto& found : found_)
    for (const auto& fit : found.fits) consider(found, fit);
  for (const auto& found : found_)
    if (!best || !best->report().complete()) consider(found, found.by_name);
  return std::move(*best);
}

void KeySearch::add(RemappedState state, bool prefer_ema) {
  KeyTree tree(std::move(state.state));
  auto fits = fit_keys(network_, tree);
  if (prefer_ema) keep_averaged(fits);
  auto by_name = fits.empty() ? fit_by_name(network_, tree) : fits[0];
  found_.push_back({state.key_remap, std::move(tree), std::move(fits), std::move(by_name)});
}

}  // namespace reszoo
