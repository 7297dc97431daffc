#include "reszoo/weights/load.h"

#include <algorithm>
#include <utility>

#include "key_search.h"
#include "reszoo/base/error.h"
#include "reszoo/nn/network.h"

namespace reszoo {
namespace {

/// Returns the name of the module in messages.
std::string subject_of(const nn::Module& module) {
  const auto* network = dynamic_cast<const NetworkImpl*>(&module);
  return network ? network->name() : "the model";
}

/// Returns the addition to the message if `adapt` would allow every difference, else "".
std::string adapt_hint(const KeySearch& search) {
  const auto comparison = search.best(/*adapt=*/true);
  const auto& report = comparison.report();
  if (!report.complete()) return "";
  const bool differs = !search.best(/*adapt=*/false).report().mismatched.empty();
  return fmt::format("; adapt (LoadOptions::adapt, --adapt) lets {} {}", fmt::join(report.adapted, ", "),
                     differs ? "differ" : "begin untrained");
}

/// Whether the state_dict has the module's own keys and shapes, and no others.
bool is_own(const StateDict& own, const StateDict& state) {
  return own.size() == state.size() && std::all_of(own.begin(), own.end(), [&](const auto& item) {
           const auto* found = state.find(item.key());
           return found && found->sizes() == item.value().sizes();
         });
}

KeyFit own_fit(const StateDict& state) {
  KeyFit fit;
  for (const auto& item : state) fit.file_keys.emplace(item.key(), item.key());
  return fit;
}

LoadReport copy(Comparison comparison, const LoadOptions& options, const std::string& source) {
  comparison.check_types(source);
  try {
    const auto converted = comparison.convert(options.assign);
    if (!options.allow_non_finite) refuse_non_finite(converted, source);
    comparison.copy(options.assign);
  } catch (const c10::Error& error) {
    fail(ErrorKind::file, "{}: cannot be copied into the model: {}", source, message_of(error));
  }
  return std::move(comparison.report());
}

}  // namespace

KeyMismatch::KeyMismatch(const std::string& source, const std::string& subject, LoadReport report,
                         const std::string& hint)
    : Error(ErrorKind::file, fmt::format("{}: keys do not fit {}: {}{}\n{}", source, subject, report.line(), hint,
                                         report.differences())),
      source_(source),
      subject_(subject),
      hint_(hint),
      report_(std::move(report)) {}

KeyMismatch KeyMismatch::with_hint(const std::string& hint) const { return {source_, subject_, report_, hint_ + hint}; }

LoadReport load_state(nn::Module& module, const StateDict& all, const LoadOptions& options, const std::string& source) {
  const auto network = NetworkKeys::of(module);
  const auto state = options.key.empty() ? all : state_under(all, options.key, source);
  const auto& own = network.tree.state();
  if (is_own(own, state)) {
    const auto fit = own_fit(state);
    return copy(Comparison(network, state, fit, "", options.adapt), options, source);
  }
  const KeySearch search(network, state, options.prefer_ema);
  if (const auto names = search.candidates(); !names.empty())
    fail(ErrorKind::usage, "{}: {} fits {}; name one with --key {} (LoadOptions::key)", source, subject_of(module),
         fmt::join(names, " and "), names[0]);
  auto comparison = search.best(options.adapt);
  if (options.strict && !comparison.report().complete())
    throw KeyMismatch(source, subject_of(module), comparison.report(), options.adapt ? "" : adapt_hint(search));
  return copy(std::move(comparison), options, source);
}

LoadReport load_weights(nn::Module& module, const std::filesystem::path& path, const LoadOptions& options) {
  return load_state(module, read_weights(path, options.read()), options.of_read_state(), path.string());
}

LoadReport load_weights(nn::Module& module, const Bytes& bytes, const LoadOptions& options, const std::string& source) {
  return load_state(module, read_weights(bytes, source, options.read()), options.of_read_state(), source);
}

}  // namespace reszoo
