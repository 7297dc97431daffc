#include "numpy_pickle.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "pickle.h"
#include "pickled_state.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using Kind = PickleValue::Kind;

constexpr size_t kMostDimensions = 64;  // NumPy's own limit

/// NumPy's names of dtypes, without the byte order.
constexpr std::pair<std::string_view, at::ScalarType> kArrayTypes[] = {
    {"f2", at::kHalf}, {"f4", at::kFloat},  {"f8", at::kDouble}, {"b1", at::kBool},
    {"i1", at::kChar}, {"i2", at::kShort},  {"i4", at::kInt},    {"i8", at::kLong},
    {"u1", at::kByte}, {"u2", at::kUInt16}, {"u4", at::kUInt32}, {"u8", at::kUInt64}};

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_reconstruct(std::string_view name) {
  return is_one_of(name, {"numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"});
}

/// Whether this is the function that protocol 5 calls for contiguous arrays.
bool is_from_buffer(std::string_view name) {
  return is_one_of(name, {"numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"});
}

/// Converts UTF-8 text to bytes, one for each character; nothing if a character is above 255.
std::optional<std::string> from_latin1(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<uint8_t>(text[i]);
    if (lead < 0x80) {
      bytes += text[i];
      continue;
    }
    const auto next = i + 1 < text.size() ? static_cast<uint8_t>(text[i + 1]) : uint8_t{0};
    if ((lead != 0xc2 && lead != 0xc3) || (next & 0xc0) != 0x80) return std::nullopt;
    bytes += static_cast<char>((lead & 0x03) << 6 | (next & 0x3f));
    ++i;
  }
  return bytes;
}

/// Converts the arrays of one pickle to tensors.
class Arrays {
 public:
  /// All arrays together may not have more bytes than the file.
  Arrays(const Pickle& pickle, const std::string& source, uint64_t file_size)
      : pickle_(pickle), source_(source), bytes_left_(file_size) {}

  bool is_array(PickleRef place) const {
    const auto& object = pickle_[place];
    if (object.kind != Kind::object) return false;
    const auto name = pickle_[object.callee].text;
    return is_from_buffer(name) || is_reconstruct(name);
  }

  /// Returns the number of its dimensions; 0 if its description is damaged.
  size_t rank(PickleRef place) const {
    const auto& object = pickle_[place];
    const bool from_buffer = is_from_buffer(pickle_[object.callee].text);
    const auto parts = from_buffer ? object.arguments : object.state;
    const size_t shape = from_buffer ? 2 : 1;
    if (parts == kNoValue || pickle_[parts].items.size() <= shape) return 0;
    return pickle_[pickle_[parts].items[shape]].items.size();
  }

  /// Returns the tensor of an array. An array with two names becomes one tensor.
  Tensor make(PickleRef place, const std::string& key) {
    key_ = escaped(key);
    const auto known = made_.find(place);
    return known != made_.end() ? known->second : made_[place] = read(place);
  }

 private:
  Tensor read(PickleRef place) {
    const auto& object = pickle_[place];
    // _frombuffer(bytes, type, shape, order), or _reconstruct(...) with the state
    // (version, shape, type, is_fortran, bytes)
    if (is_from_buffer(pickle_[object.callee].text)) {
      const auto& parts = items(object.arguments, 4);
      return array(parts[0], parts[1], parts[2], text_of(parts[3]) == "F");
    }
    const auto& arguments = items(object.arguments, 3);
    const auto type = pickle_[arguments[0]].text;
    if (type != "numpy.ndarray") reject("is a {}, not an array", escaped(type));
    const auto& state = items(object.state, 5);
    return array(state[4], state[2], state[1], pickle_[state[3]].integer != 0);
  }

  template <typename... Args>
  [[noreturn]] void reject(fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorKind::file, "{}: array \"{}\": {}", source_, key_, fmt::format(format, std::forward<Args>(args)...));
  }

  /// Returns the items of a tuple, which must have at least `count`.
  const std::vector<PickleRef>& items(PickleRef tuple, size_t count) const {
    if (tuple == kNoValue || pickle_[tuple].kind != Kind::tuple || pickle_[tuple].items.size() < count)
      reject("is described wrongly, the file is damaged");
    return pickle_[tuple].items;
  }

  std::string_view text_of(PickleRef place) const {
    if (pickle_[place].kind != Kind::text) reject("is described wrongly, the file is damaged");
    return pickle_[place].text;
  }

  Tensor array(PickleRef content, PickleRef type, PickleRef shape, bool fortran) {
    const auto scalar = type_of(type);
    auto sizes = sizes_of(shape);
    std::string decoded;
    const auto bytes = bytes_of(content, decoded);
    check_size(sizes, c10::elementSize(scalar), bytes.size());
    if (bytes.size() > bytes_left_) reject("claims bytes that other arrays have, the file is damaged");
    bytes_left_ -= bytes.size();
    const auto is_no_bool = [](char byte) { return byte != 0 && byte != 1; };
    if (scalar == at::kBool && std::any_of(bytes.begin(), bytes.end(), is_no_bool)) reject("a bool must be 0 or 1");
    // In Fortran order the first dimension is the innermost one, so this is the transposed array in C order.
    if (fortran) std::reverse(sizes.begin(), sizes.end());
    auto tensor = at::empty(sizes, at::TensorOptions(scalar));
    if (!bytes.empty()) std::memcpy(tensor.mutable_data_ptr(), bytes.data(), bytes.size());
    if (!fortran) return tensor;
    std::vector<int64_t> turned(sizes.size());
    for (size_t i = 0; i < turned.size(); ++i) turned[i] = static_cast<int64_t>(turned.size() - 1 - i);
    return tensor.permute(turned).contiguous();
  }

  /// Reads the dtype: numpy.dtype("f4", ...) with the state (version, byte order, ...).
  at::ScalarType type_of(PickleRef place) const {
    const auto& object = pickle_[place];
    if (object.kind != Kind::object || pickle_[object.callee].text != "numpy.dtype") reject("has no type of NumPy");
    const auto name = text_of(items(object.arguments, 1)[0]);
    const auto* found = std::find_if(std::begin(kArrayTypes), std::end(kArrayTypes),
                                     [&](const auto& row) { return row.first == name; });
    if (found == std::end(kArrayTypes))
      reject("has the type {}, which is not read; save it as float32", escaped(name, 20));
    if (object.state == kNoValue) return found->second;
    const auto order = text_of(items(object.state, 2)[1]);
    if (order == ">")
      reject("its numbers are big endian, which is not read; save it with array.astype('<{}')", escaped(name, 20));
    if (!is_one_of(order, {"<", "|", "="})) reject("has the byte order {}, the file is damaged", escaped(order, 20));
    return found->second;
  }

  std::vector<int64_t> sizes_of(PickleRef shape) const {
    const auto& parts = items(shape, 0);
    if (parts.size() > kMostDimensions) reject("has {} dimensions, the limit is {}", parts.size(), kMostDimensions);
    std::vector<int64_t> sizes;
    for (const auto part : parts) {
      if (pickle_[part].kind != Kind::integer || pickle_[part].integer < 0)
        reject("its shape must be whole numbers that are not negative");
      sizes.push_back(pickle_[part].integer);
    }
    return sizes;
  }

  /// Checks that an array has exactly the bytes that its shape needs. Dimensions of size 0 count as 1, so that no
  /// stride can overflow.
  void check_size(const std::vector<int64_t>& sizes, size_t element, size_t found) const {
    int64_t total = static_cast<int64_t>(element);
    bool empty = false, overflow = false;
    for (const auto size : sizes) {
      empty |= size == 0;
      overflow |= __builtin_mul_overflow(total, std::max<int64_t>(size, 1), &total);
    }
    const uint64_t wanted = empty ? 0 : static_cast<uint64_t>(total);
    if (overflow || wanted != found)
      reject("shape ({}) of {}-byte elements does not fit its {} bytes", fmt::join(sizes, ", "), element, found);
  }

  /// Returns the content of an array, which is pickled as bytes, as text by Python 2, or as
  /// _codecs.encode(text, "latin1") by Python 3 in protocol 2.
  std::string_view bytes_of(PickleRef place, std::string& decoded) const {
    const auto& value = pickle_[place];
    if (value.kind == Kind::bytes || value.kind == Kind::text) return value.text;
    if (value.kind != Kind::object) reject("has no bytes: arrays of objects are not read");
    const auto name = pickle_[value.callee].text;
    const auto& arguments = pickle_[value.arguments].items;
    if (is_one_of(name, {"builtins.bytes", "__builtin__.bytes", "builtins.bytearray", "__builtin__.bytearray"}) &&
        arguments.empty())
      return {};
    const bool latin1 = name == "_codecs.encode" && arguments.size() == 2 && pickle_[arguments[0]].kind == Kind::text &&
                        is_one_of(pickle_[arguments[1]].text, {"latin1", "latin-1"});
    auto text = latin1 ? from_latin1(pickle_[arguments[0]].text) : std::nullopt;
    if (!text) reject("its bytes are encoded in a way that is not read");
    decoded = std::move(*text);
    return decoded;
  }

  const Pickle& pickle_;
  const std::string& source_;
  uint64_t bytes_left_;
  std::unordered_map<PickleRef, Tensor> made_;
  std::string key_;  // key of the current array, for messages
};

StateDict without_momentum(const StateDict& state) {
  StateDict weights("key");
  for (const auto& item : state)
    if (!item.key().ends_with("_momentum")) weights.insert(item.key(), item.value());
  return weights;
}

}  // namespace

bool is_pickle(const Bytes& bytes, const std::string&) {
  const auto start = bytes.view();
  return start.size() > 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
}

StateDict read_numpy_pickle(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  const auto pickle = read_pickle(bytes.view(), source);
  if (pickle.size != bytes.size())
    fail(ErrorKind::file, "{}: {} bytes follow the end of its pickle, the file is damaged", source,
         bytes.size() - pickle.size);
  Arrays arrays(pickle, source, bytes.size());
  const PickledTensors tensors{[&](PickleRef place) { return arrays.is_array(place); },
                               [&](PickleRef place) { return arrays.rank(place); },
                               [&](PickleRef place, const std::string& key) { return arrays.make(place, key); }};
  return without_momentum(pickled_state(pickle, tensors, source, options));
}

Tensor pickled_array(const Pickle& pickle, PickleRef place, const std::string& source, size_t file_size) {
  Arrays arrays(pickle, source, file_size);
  if (!arrays.is_array(place)) fail(ErrorKind::file, "{}: the pickle has no NumPy array where one is needed", source);
  return arrays.make(place, "data");
}

}  // namespace reszoo
