// Reads pickles into a tree of plain values. Nothing is called or imported: a
// pickled object stays the name of its class, its arguments and its state.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// The place of a value in its Pickle.
using PickleRef = uint32_t;
inline constexpr PickleRef kNoValue = 0xffffffff;

/// One value of a pickle.
struct PickleValue {
  enum class Kind : uint8_t {
    none,
    boolean,     ///< `integer` is 0 or 1
    integer,     ///< `integer`
    large,       ///< a whole number of more than 64 bits, little endian in `text`
    real,        ///< `real`
    text,        ///< UTF-8 in `text`
    bytes,       ///< in `text`
    list,        ///< `items`
    tuple,       ///< `items`
    set,         ///< `items`
    dictionary,  ///< `items`: key, value, key, value
    global,      ///< a class or function: `module.name` in `text`
    persistent,  ///< what torch.save keeps outside the pickle: its description is items[0]
    object,      ///< what a `callee` makes of its `arguments`, then `state` (or kNoValue) and, as a dictionary, `items`
  };

  Kind kind = Kind::none;
  PickleRef callee = kNoValue, arguments = kNoValue, state = kNoValue;
  union {
    int64_t integer = 0;
    double real;
  };
  std::string_view text = {};
  std::vector<PickleRef> items = {};
};

/// The values of one pickle by place, children before parents. Values refer to
/// each other by place, so that no shape of tree, a cycle included, deepens the
/// stack of the program. Texts are views of the stream.
struct Pickle {
  std::deque<PickleValue> values;
  std::deque<std::string> names;  ///< of the globals
  PickleRef root = kNoValue;
  size_t size = 0;  ///< bytes of the stream up to the end of the pickle

  const PickleValue& operator[](PickleRef place) const { return values[place]; }
};

/// Reads a pickle of protocol 2 to 5 from the beginning of `stream`. The globals
/// that it may name are a fixed list: those that plain weights, checkpoints and
/// TorchScript need. Memory is bounded, whatever the stream says.
///
/// Throws: Error (file) that begins with `source`.
/// Source: Python, Lib/pickletools.py.
Pickle read_pickle(std::string_view stream, const std::string& source);

/// Throws: Error (file), that says what to do instead, unless the pickle may name
/// the global. `stream` is the whole pickle.
void check_global(std::string_view global, std::string_view stream, const std::string& source);

}  // namespace reszoo
