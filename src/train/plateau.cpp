#include "reszoo/train/plateau.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "train/spec_text.h"

namespace reszoo {
namespace {

using PlateauKey = detail::Key<PlateauOptions>;
using detail::kInfinity;

constexpr PlateauKey kPlateauKeys[] = {
    {"patience", &PlateauOptions::patience, {0, kInfinity, true, false}},
    {"factor", &PlateauOptions::factor, {0, 1, false, false}},
    {"threshold", &PlateauOptions::threshold, {0, kInfinity, true, false}},
    {"margin", &PlateauOptions::margin, {0, kInfinity, true, false}},
    {"cooldown", &PlateauOptions::cooldown, {0, kInfinity, true, false}},
    {"end", &PlateauOptions::end, {0, 1, true, true}},
};

}  // namespace

PlateauOptions PlateauOptions::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (text.substr(0, colon) != "plateau") refuse_name("Plateau", {"plateau"}, text);
  PlateauOptions options;
  if (colon == std::string_view::npos) return options;
  detail::put_all("Plateau", "plateau", kPlateauKeys, text.substr(colon + 1), options);
  return options;
}

std::string PlateauOptions::text() const {
  std::vector<std::string> items;
  for (const auto& key : kPlateauKeys)
    if (auto item = detail::text_of(key, *this, &key == kPlateauKeys); !item.empty()) items.push_back(std::move(item));
  return detail::joined("plateau", items);
}

double Plateau::update(double metric) {
  const double best = state.best.value_or(std::numeric_limits<double>::quiet_NaN());
  const bool better = monitor_.is_better(metric, best, options_.threshold * std::abs(best) + options_.margin);
  if (better) state.best = metric;
  state.bad_epochs = better ? 0 : state.bad_epochs + 1;
  if (state.cooldown_left > 0) {
    --state.cooldown_left;
    state.bad_epochs = 0;
  }
  if (state.bad_epochs > options_.patience) {
    state.factor = std::max(state.factor * options_.factor, options_.end);
    state.bad_epochs = 0;
    state.cooldown_left = options_.cooldown;
  }
  return state.factor;
}

}  // namespace reszoo
