#include "reszoo/zoo/fit.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/weights/key_map.h"
#include "reszoo/zoo/outline.h"
#include "table_shapes.h"

namespace reszoo {
namespace {

/// What a row's network has with the options that were given.
struct Outline {
  std::string name;
  ModelOptions options;
  State tensors;
  std::string classifier, first_convolution;
};

Outline outline_of(const std::string& name, ModelOptions options) {
  const auto network = outline_model(name, options);
  Outline outline{name, std::move(options), state_of(*network), network->classifier_path(), ""};
  const auto first = std::find_if(outline.tensors.begin(), outline.tensors.end(),
                                  [](const auto& item) { return item.value().dim() == 4; });
  if (first != outline.tensors.end()) outline.first_convolution = first->key();
  return outline;
}

/// Outlines of all image networks with their own defaults, made once each; a program
/// may add rows in between. A list for each thread needs no lock.
const std::vector<Outline>& image_outlines() {
  static thread_local std::vector<Outline> known;
  for (const auto& name : registry().names())
    if (registry().find(name).domain == Domain::image &&
        std::none_of(known.begin(), known.end(), [&](const auto& outline) { return outline.name == name; }))
      known.push_back(outline_of(name, ImageOptions{}));
  return known;
}

bool has_all_keys_of(const Outline& outline, const State& state) {
  return std::all_of(state.begin(), state.end(), [&](const auto& item) { return outline.tensors.contains(item.key()); });
}

/// The row with the state's keys and shapes, or nothing.
std::optional<RowFit> fit(const Outline& outline, const State& state) {
  if (!has_all_keys_of(outline, state)) return std::nullopt;
  auto options = to_json(outline.options);
  for (const auto& item : outline.tensors) {
    const auto& key = item.key();
    const auto wanted = item.value().sizes();
    const auto* found = state.find(key);
    if (!found) {
      if (!key.ends_with("num_batches_tracked")) return std::nullopt;
    } else if (found->sizes() != wanted) {
      const bool same_rank = found->dim() == item.value().dim() && found->dim() > 0;
      if (same_rank && (key == outline.classifier + ".weight" || key == outline.classifier + ".bias") &&
          found->sizes().slice(1) == wanted.slice(1))
        options["outputs"] = found->size(0);
      else if (same_rank && key == outline.first_convolution && found->size(0) == wanted[0] &&
               found->sizes().slice(2) == wanted.slice(2))
        options["channels"] = found->size(1);
      else
        return std::nullopt;
    }
  }
  return RowFit{outline.name, options_from_json(registry().find(outline.name).domain, options)};
}

std::optional<RowFit> fit_table(const std::string& name, const State& state) {
  const auto options = options_of_shapes(state);
  if (!options) return std::nullopt;
  const auto& takes = registry().find(name).takes;
  const auto given = to_json(*options);
  for (const auto& [option, value] : given.items())
    if (std::find(takes.begin(), takes.end(), option) == takes.end()) return std::nullopt;
  return fit(outline_of(name, *options), state);
}

}  // namespace

std::string RowFit::text() const {
  std::vector<std::string> settings;
  const auto json = to_json(options);
  for (const auto& [option, value] : json.items()) settings.push_back(option + "=" + value.dump());
  return settings.empty() ? name : fmt::format("{} with {}", name, fmt::join(settings, ", "));
}

std::vector<RowFit> rows_that_fit(const State& state) {
  std::vector<RowFit> fits;
  auto namings = other_namings(state);
  namings.insert(namings.begin(), NamedState{"", state});
  const auto try_namings = [&](auto fit_one) {
    for (const auto& naming : namings)
      if (auto found = fit_one(naming.state)) return fits.push_back(std::move(*found));
  };
  for (const auto& outline : image_outlines()) try_namings([&](const State& named) { return fit(outline, named); });
  for (const auto& name : registry().names())
    if (registry().find(name).domain == Domain::tabular)
      try_namings([&](const State& named) { return fit_table(name, named); });
  return fits;
}

std::string fit_hint(const State& state) {
  std::vector<std::string> rows;
  for (const auto& fit : rows_that_fit(state)) rows.push_back(fit.text());
  return rows.empty() ? "" : "; it fits " + list(rows, 3);
}

}  // namespace reszoo
