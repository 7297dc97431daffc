// Parses pickles into a tree of plain values. Nothing is called or imported: a pickled object is kept as the name of
// its class, its arguments and its state.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// The index of a value in its Pickle.
using PickleRef = uint32_t;
inline constexpr PickleRef kNoValue = 0xffffffff;

/// One value of a pickle.
struct PickleValue {
  enum class Kind : uint8_t {
    none,
    boolean,     ///< `integer` is 0 or 1
    integer,     ///< `integer`
    large,       ///< an integer of more than 64 bits, little endian in `text`
    real,        ///< `real`
    text,        ///< UTF-8 in `text`
    bytes,       ///< in `text`
    list,        ///< `items`
    tuple,       ///< `items`
    set,         ///< `items`
    dictionary,  ///< `items`: key, value, key, value
    global,      ///< a class or function: `module.name` in `text`
    persistent,  ///< an object that torch.save stores outside the pickle; items[0] describes it
    object,  ///< `callee` called with `arguments`, then its `state` (or kNoValue), for a dictionary `items`, and for
             ///< other containers the list `appended` (or kNoValue)
  };

  Kind kind = Kind::none;
  PickleRef callee = kNoValue, arguments = kNoValue, state = kNoValue, appended = kNoValue;
  union {
    int64_t integer = 0;
    double real;
  };
  std::string_view text = {};
  std::vector<PickleRef> items = {};
};

/// The values of one pickle by index, children before parents. Values refer to each other by index, so no tree, not
/// even one with cycles, causes deep recursion. Texts are views of the stream.
struct Pickle {
  std::deque<PickleValue> values;
  std::deque<std::string> names;  ///< names of the globals
  PickleRef root = kNoValue;
  size_t size = 0;  ///< size of the pickle in the stream, in bytes

  const PickleValue& operator[](PickleRef place) const { return values[place]; }
};

/// Parses a pickle of protocol 2 to 5 from the beginning of `stream`. Objects of any class are kept as they are
/// described: nothing is run. Memory is bounded for any input.
///
/// Throws: Error (file), whose message begins with `source`; also for a global that only a malicious file names.
/// Source: Python, Lib/pickletools.py.
Pickle read_pickle(std::string_view stream, const std::string& source);

/// Checks that the global is none that would run commands or code in Python. It is not run here in any case, but a file
/// that names it is a trap.
/// Throws: Error (file).
void check_global(std::string_view global, const std::string& source);

}  // namespace reszoo
