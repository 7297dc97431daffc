#include "reszoo/zoo/fit.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reszoo/base/text.h"
#include "reszoo/weights/key_map.h"
#include "reszoo/zoo/outline.h"

namespace reszoo {
namespace {

/// What a row's network with default options has.
struct Outline {
  std::string name;
  Domain domain;
  State tensors;
  std::string classifier, first_convolution;
};

Outline outline_of(const std::string& name) {
  const auto network = outline_model(name);
  Outline outline{name, registry().find(name).domain, state_of(*network), network->classifier_path(), ""};
  const auto first = std::find_if(outline.tensors.begin(), outline.tensors.end(),
                                  [](const auto& item) { return item.value().dim() == 4; });
  if (first != outline.tensors.end()) outline.first_convolution = first->key();
  return outline;
}

/// Outlines of all rows, made once each; a program may add rows in between. A list
/// for each thread needs no lock.
const std::vector<Outline>& outlines() {
  static thread_local std::vector<Outline> known;
  for (const auto& name : registry().names())
    if (std::none_of(known.begin(), known.end(), [&](const auto& outline) { return outline.name == name; }))
      known.push_back(outline_of(name));
  return known;
}

/// The options with which the row has the state's shapes, or nothing.
std::optional<ModelOptions> fitting_options(const Outline& outline, const State& state) {
  auto options = nlohmann::json::object();
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
  return options_from_json(outline.domain, options);
}

bool has_all_keys_of(const Outline& outline, const State& state) {
  return std::all_of(state.begin(), state.end(), [&](const auto& item) { return outline.tensors.contains(item.key()); });
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
  for (const auto& outline : outlines()) {
    for (const auto& candidate : namings) {
      if (!has_all_keys_of(outline, candidate.state)) continue;
      if (auto options = fitting_options(outline, candidate.state)) {
        fits.push_back({outline.name, std::move(*options)});
        break;
      }
    }
  }
  return fits;
}

std::string fit_hint(const State& state) {
  std::vector<std::string> rows;
  for (const auto& fit : rows_that_fit(state)) rows.push_back(fit.text());
  return rows.empty() ? "" : "; it fits " + list(rows, 3);
}

}  // namespace reszoo
