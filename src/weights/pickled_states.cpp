#include "pickled_states.h"

#include <algorithm>
#include <set>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using Kind = PickleValue::Kind;

constexpr int kMostDepth = 100;  // containers inside each other
constexpr size_t kMostStates = 10'000;
constexpr size_t kMostVisited = 1'000'000;  // modules and their tensors; a shared one counts each time
constexpr size_t kMostPath = 4096;          // bytes

class StateFinder {
 public:
  StateFinder(const Pickle& pickle, const PickledTensors& tensors, const std::string& source)
      : pickle_(pickle), tensors_(tensors), source_(source), seen_(pickle.values.size()) {}

  std::vector<PickledDict> find(PickleRef place, const std::string& path) {
    look_at(place, path, 0);
    return std::move(found_);
  }

 private:
  using Entries = std::vector<PickleEntry>;

  bool is_optimizer(const Entries& entries) const {
    return value_of(pickle_, entries, "state") != kNoValue && value_of(pickle_, entries, "param_groups") != kNoValue;
  }

  bool is_module(const Entries& entries) const {
    return value_of(pickle_, entries, "_parameters") != kNoValue && value_of(pickle_, entries, "_modules") != kNoValue;
  }

  void look_at(PickleRef place, const std::string& path, int depth) {
    if (depth > kMostDepth || path.size() > kMostPath || seen_[place] || tensors_.is_tensor(place)) return;
    seen_[place] = true;
    const auto entries = entries_of(pickle_, place);
    if (is_optimizer(entries)) return;
    PickledDict here{path, {}};
    if (is_module(entries)) {
      add_module(entries, "", here, 0);
      return add(std::move(here));
    }
    for (const auto& entry : entries)
      if (entry.key != kNoValue && tensors_.is_tensor(entry.value))
        here.tensors.emplace_back(name_of(pickle_, entry), entry.value);
    if (here.tensors.empty()) here.tensors = pairs_in(entries);
    const auto before = found_.size();
    for (const auto& entry : entries) {
      const auto kind = pickle_[entry.value].kind;
      if (kind != Kind::dictionary && kind != Kind::object && kind != Kind::list && kind != Kind::tuple) continue;
      if (const auto name = name_of(pickle_, entry); !name.empty())
        look_at(entry.value, path.empty() ? name : path + "." + name, depth + 1);
    }
    measure(here);
    const bool has_states = std::any_of(found_.begin() + static_cast<std::ptrdiff_t>(before), found_.end(),
                                        [](const auto& state) { return state.likeness > 0; });
    if (!has_states || here.likeness == 2) add(std::move(here));
  }

  /// Returns the tensors of a list of pairs ("conv.weight", tensor), as list(module.named_parameters()).
  std::vector<std::pair<std::string, PickleRef>> pairs_in(const Entries& entries) const {
    std::vector<std::pair<std::string, PickleRef>> pairs;
    for (const auto& entry : entries) {
      const auto& pair = pickle_[entry.value];
      if (entry.key != kNoValue || pair.kind != Kind::tuple || pair.items.size() != 2 ||
          pickle_[pair.items[0]].kind != Kind::text || !tensors_.is_tensor(pair.items[1]))
        return {};
      pairs.emplace_back(pickle_[pair.items[0]].text, pair.items[1]);
    }
    return pairs;
  }

  void add(PickledDict state) {
    if (state.tensors.empty()) return;
    if (found_.size() == kMostStates)
      fail(ErrorKind::file, "{}: its dictionaries are too many or too entangled", source_);
    measure(state);
    found_.push_back(std::move(state));
  }

  void measure(PickledDict& state) const {
    for (const auto& [key, place] : state.tensors)
      if (state.likeness < 2 && tensors_.rank(place) > 1)
        state.likeness = std::max(state.likeness, key.find('.') == std::string::npos ? 1 : 2);
  }

  /// Returns the texts of a set; protocol 2 describes it as set([...]).
  std::set<std::string_view> texts_in(const Entries& entries) const {
    std::set<std::string_view> texts;
    for (const auto& entry : entries) {
      if (pickle_[entry.value].kind == Kind::text) texts.insert(pickle_[entry.value].text);
      if (pickle_[entry.value].kind == Kind::list)
        for (const auto item : pickle_[entry.value].items) texts.insert(pickle_[item].text);
    }
    return texts;
  }

  /// Adds the parameters and buffers of a module and of those in it, in the order of its state_dict.
  void add_module(const Entries& entries, const std::string& prefix, PickledDict& state, int depth) {
    const auto in = [&](std::string_view name) {
      const auto place = value_of(pickle_, entries, name);
      return place == kNoValue ? Entries() : entries_of(pickle_, place);
    };
    const auto left_out = texts_in(in("_non_persistent_buffers_set"));
    for (const auto* kind : {"_parameters", "_buffers"})
      for (const auto& entry : in(kind)) {
        const auto name = name_of(pickle_, entry);
        if (tensors_.is_tensor(entry.value) && !left_out.contains(name))
          state.tensors.emplace_back(prefix + name, entry.value);
      }
    for (const auto& entry : in("_modules")) {
      const auto child = entries_of(pickle_, entry.value);
      if (++visited_ + state.tensors.size() > kMostVisited || depth > kMostDepth || prefix.size() > kMostPath)
        fail(ErrorKind::file, "{}: its modules are too many or too deep inside each other", source_);
      if (is_module(child)) add_module(child, prefix + name_of(pickle_, entry) + ".", state, depth + 1);
    }
  }

  const Pickle& pickle_;
  const PickledTensors& tensors_;
  const std::string& source_;
  std::vector<bool> seen_;
  std::vector<PickledDict> found_;
  size_t visited_ = 0;
};

}  // namespace

std::vector<PickledDict> find_states(const Pickle& pickle, const PickledTensors& tensors, PickleRef place,
                                     const std::string& path, const std::string& source) {
  return StateFinder(pickle, tensors, source).find(place, path);
}

}  // namespace reszoo
