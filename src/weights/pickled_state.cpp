#include "pickled_state.h"

#include <algorithm>
#include <array>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using Kind = PickleValue::Kind;

constexpr size_t kMostTensors = 50'000;
constexpr size_t kMostKey = 4096;           // bytes
constexpr int kMostNesting = 3;             // {"ema": {"state_dict": …}}, and one more level
constexpr size_t kMostVisited = 5'000'000;  // entries of dictionaries; an entry that is visited twice counts twice

constexpr std::array kPlainNames = {"state_dict", "model",   "model_state_dict", "module",
                                    "net",        "network", "weights",          "blobs"};
constexpr std::array kEmaNames = {"state_dict_ema", "model_ema", "ema_state_dict", "ema"};

/// Finds the state_dict in a checkpoint and creates its tensors.
class PickledState {
 public:
  PickledState(const Pickle& pickle, const PickledTensors& tensors, const std::string& source)
      : pickle_(pickle), tensors_(tensors), source_(source) {}

  StateDict state(bool prefer_ema) {
    std::vector<std::string_view> names(kPlainNames.begin(), kPlainNames.end());
    names.insert(prefer_ema ? names.begin() : names.end(), kEmaNames.begin(), kEmaNames.end());
    const auto found = find(pickle_.root, names, 0);
    if (!found.empty()) return make(found);
    const auto keys = texts(entries(pickle_.root));
    fail(ErrorKind::file, "{}: holds no state_dict but {}; save model.state_dict()", source_,
         keys.empty() ? "a " + kind_of(pickle_.root) : "a dictionary with " + list(keys));
  }

 private:
  using Entries = std::vector<std::pair<PickleRef, PickleRef>>;

  /// Returns the keys and values of a dictionary; nothing for other values.
  Entries entries(PickleRef place) const {
    const auto& value = pickle_[place];
    const bool object = value.kind == Kind::object;
    Entries found;
    if (object) add_pairs(value, found);
    if (value.kind == Kind::dictionary || object)
      for (size_t i = 0; i + 1 < value.items.size(); i += 2) found.emplace_back(value.items[i], value.items[i + 1]);
    return found;
  }

  /// Adds the pairs of an OrderedDict that Python 2 pickled, which are a list.
  void add_pairs(const PickleValue& object, Entries& found) const {
    const auto& arguments = pickle_[object.arguments].items;
    if (pickle_[object.callee].text != "collections.OrderedDict" || arguments.size() != 1) return;
    for (const auto item : pickle_[arguments[0]].items) {
      const auto& pair = pickle_[item];
      if ((pair.kind == Kind::list || pair.kind == Kind::tuple) && pair.items.size() == 2)
        found.emplace_back(pair.items[0], pair.items[1]);
    }
  }

  /// Returns the entries of the state_dict at or below `place`, or nothing.
  Entries find(PickleRef place, const std::vector<std::string_view>& names, int depth) {
    const auto here = entries(place);
    visited_ += here.size();
    if (visited_ > kMostVisited) fail(ErrorKind::file, "{}: its dictionaries are too many or too entangled", source_);
    if (depth < kMostNesting) {
      for (const auto name : names) {
        const auto entry =
            std::find_if(here.begin(), here.end(), [&](const auto& item) { return is_text(item.first, name); });
        if (entry == here.end()) continue;
        if (auto below = find(entry->second, names, depth + 1); !below.empty()) return below;
      }
    }
    const bool any =
        std::any_of(here.begin(), here.end(), [&](const auto& item) { return tensors_.is_tensor(item.second); });
    return any ? here : Entries();
  }

  bool is_text(PickleRef place, std::string_view text) const {
    return pickle_[place].kind == Kind::text && pickle_[place].text == text;
  }

  StateDict make(const Entries& found) {
    StateDict state("key");
    for (const auto& [name, value] : found) {
      if (!tensors_.is_tensor(value)) continue;  // such as a Python counter
      const auto& key = pickle_[name];
      if (key.kind != Kind::text || key.text.size() > kMostKey || !is_utf8(key.text))
        fail(ErrorKind::file, "{}: a tensor's key must be UTF-8 text of at most {} bytes", source_, kMostKey);
      const std::string text(key.text);
      if (state.contains(text)) fail(ErrorKind::file, "{}: key \"{}\" is there twice", source_, escaped(text));
      if (state.size() == kMostTensors) fail(ErrorKind::file, "{}: has more than {} tensors", source_, kMostTensors);
      state.insert(text, tensors_.make(value, text));
    }
    return state;
  }

  std::vector<std::string> texts(const Entries& found) const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : found) keys.push_back(escaped(pickle_[key].text, 40));
    return keys;
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
  size_t visited_ = 0;
};

}  // namespace

StateDict pickled_state(const Pickle& pickle, const PickledTensors& tensors, const std::string& source,
                        bool prefer_ema) {
  return PickledState(pickle, tensors, source).state(prefer_ema);
}

}  // namespace reszoo
