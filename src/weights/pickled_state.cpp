#include "pickled_state.h"

#include <algorithm>
#include <array>
#include <optional>

#include "pickled_states.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using Kind = PickleValue::Kind;

constexpr size_t kMostTensors = 50'000;
constexpr size_t kMostKey = 4096;  // bytes
constexpr int kMostNesting = 8;    // {"ema": {"state_dict": …}} and so on
constexpr int kMostFinds = 100;    // dictionaries under the usual names; one may hold itself

constexpr std::array kPlainNames = {"state_dict", "model",   "model_state_dict", "module",
                                    "net",        "network", "weights",          "blobs"};
constexpr std::array kEmaNames = {"state_dict_ema", "model_ema", "ema_state_dict", "ema"};

bool is_averaged(const PickledDict& state) { return state.path.find("ema") != std::string::npos; }

/// Finds the state_dict in a checkpoint and creates its tensors.
class PickledState {
 public:
  PickledState(const Pickle& pickle, const PickledTensors& tensors, const std::string& source,
               const ReadOptions& options)
      : pickle_(pickle), tensors_(tensors), source_(source), options_(options) {
    names_.assign(kPlainNames.begin(), kPlainNames.end());
    names_.insert(options.prefer_ema ? names_.begin() : names_.end(), kEmaNames.begin(), kEmaNames.end());
  }

  StateDict state() {
    if (options_.key.empty()) return state_at(pickle_.root, "");
    if (const auto place = locate(pickle_.root, options_.key, 0); place != kNoValue)
      return state_at(place, options_.key);
    for (const auto& found : find_states(pickle_, tensors_, pickle_.root, "", source_))
      if (found.path.ends_with("." + options_.key)) return make({found});
    return state_under(make(likely_states(pickle_.root, "")), options_.key, source_);
  }

 private:
  using States = std::vector<PickledDict>;

  /// Returns the value at a path of names, or kNoValue.
  PickleRef locate(PickleRef place, std::string_view path, int depth) const {
    if (path.empty()) return place;
    if (depth == kMostNesting || tensors_.is_tensor(place)) return kNoValue;
    for (const auto& entry : entries_of(pickle_, place)) {
      const auto name = name_of(pickle_, entry);
      if (name.empty() || !path.starts_with(name) || tensors_.is_tensor(entry.value)) continue;
      const auto rest = path.substr(name.size());
      if (!rest.empty() && rest[0] != '.') continue;
      const auto found = locate(entry.value, rest.substr(std::min<size_t>(rest.size(), 1)), depth + 1);
      if (found != kNoValue) return found;
    }
    return kNoValue;
  }

  StateDict state_at(PickleRef place, const std::string& path) {
    const auto states = likely_states(place, path);
    if (states.size() > 1 && !options_.all_states) ask(states);
    if (options_.on_note && !options_.prefer_ema && options_.key.empty()) note_averaged(states);
    return make(states);
  }

  /// Says so if the option for averaged weights would take others than these.
  void note_averaged(const States& states) const {
    auto how = options_;
    how.prefer_ema = true;
    const auto averaged = PickledState(pickle_, tensors_, source_, how).likely_states(pickle_.root, "");
    const auto is_taken = [&](const auto& state) { return state.path == averaged[0].path; };
    if (averaged.size() != 1 || !is_averaged(averaged[0]) || std::any_of(states.begin(), states.end(), is_taken))
      return;
    options_.on_note(fmt::format("{}: has averaged (EMA) weights too, under {}; --use-ema (prefer_ema) takes them",
                                 source_, escaped(averaged[0].path)));
  }

  /// Returns the states that look like weights more than the others.
  States likely_states(PickleRef place, const std::string& path) {
    auto states = find(place, path, 0);
    if (states.empty()) refuse(place);
    const auto most = std::max_element(states.begin(), states.end(), [](const auto& a, const auto& b) {
                        return a.likeness < b.likeness;
                      })->likeness;
    if (most > 0) std::erase_if(states, [](const auto& state) { return state.likeness == 0; });
    if (options_.prefer_ema && std::count_if(states.begin(), states.end(), is_averaged) == 1)
      std::erase_if(states, [](const auto& state) { return !is_averaged(state); });
    return states;
  }

  /// Returns the states at and below `place`: those under the first of the usual names where there are any, else all.
  States find(PickleRef place, const std::string& path, int depth) {
    auto all = find_states(pickle_, tensors_, place, path, source_);
    const auto entries = entries_of(pickle_, place);
    const auto here = std::find_if(all.begin(), all.end(), [&](const auto& state) { return state.path == path; });
    if (here != all.end() && here->likeness == 2 && !options_.prefer_ema) return {*here};
    if (depth == kMostNesting || ++finds_ > kMostFinds) return all;
    for (const auto name : names_) {
      const auto value = value_of(pickle_, entries, name);
      if (value == kNoValue) continue;
      auto below = find(value, (path.empty() ? "" : path + ".") + std::string(name), depth + 1);
      if (std::any_of(below.begin(), below.end(), [](const auto& state) { return state.likeness > 0; })) return below;
      if (!below.empty() && std::none_of(all.begin(), all.end(), [](const auto& state) { return state.likeness > 0; }))
        return below;
    }
    return all;
  }

  StateDict make(const States& states) {
    StateDict result("key");
    for (const auto& state : states)
      for (const auto& [name, place] : state.tensors) {
        const auto key = states.size() > 1 && !state.path.empty() ? state.path + "." + name : name;
        if (name.empty() || key.size() > kMostKey || !is_utf8(key))
          fail(ErrorKind::file, "{}: a tensor's key must be UTF-8 text of at most {} bytes", source_, kMostKey);
        if (result.contains(key)) fail(ErrorKind::file, "{}: key \"{}\" is there twice", source_, escaped(key));
        if (result.size() == kMostTensors) fail(ErrorKind::file, "{}: has more than {} tensors", source_, kMostTensors);
        result.insert(key, tensors_.make(place, key));
      }
    return result;
  }

  [[noreturn]] void ask(const States& states) const {
    std::vector<std::string> names;
    for (const auto& state : states) names.push_back(state.path.empty() ? "tensors of its own" : escaped(state.path));
    const auto& first = states[0].path.empty() ? states[1].path : states[0].path;
    fail(ErrorKind::usage, "{}: holds several states: {}; name one with --key {} (ReadOptions::key)", source_,
         list(names), escaped(first));
  }

  [[noreturn]] void refuse(PickleRef place) const {
    if (std::any_of(pickle_.names.begin(), pickle_.names.end(),
                    [](const auto& name) { return name == "torch.storage._load_from_bytes"; }))
      fail(ErrorKind::file, "{}: was written by pickle.dump; in Python, save it with torch.save", source_);
    std::vector<std::string> keys;
    for (const auto& entry : entries_of(pickle_, place))
      if (entry.key != kNoValue) keys.push_back(escaped(name_of(pickle_, entry), 40));
    fail(ErrorKind::file, "{}: holds no state_dict but {}; save model.state_dict()", source_,
         keys.empty() ? "a " + kind_of(place) : "a dictionary with " + list(keys));
  }

  std::string kind_of(PickleRef place) const {
    const auto& value = pickle_[place];
    if (tensors_.is_tensor(place)) return "tensor";
    if (value.kind == Kind::list || value.kind == Kind::tuple) return "list";
    if (value.kind == Kind::dictionary) return "dictionary without entries";
    return value.kind == Kind::object ? escaped(pickle_[value.callee].text) : "single value";
  }

  const Pickle& pickle_;
  const PickledTensors& tensors_;
  const std::string& source_;
  const ReadOptions& options_;
  std::vector<std::string_view> names_;
  int finds_ = 0;
};

}  // namespace

StateDict pickled_state(const Pickle& pickle, const PickledTensors& tensors, const std::string& source,
                        const ReadOptions& options) {
  return PickledState(pickle, tensors, source, options).state();
}

}  // namespace reszoo
