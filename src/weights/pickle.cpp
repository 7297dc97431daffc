#include "pickle.h"

#include <bit>
#include <cstring>
#include <unordered_map>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using Kind = PickleValue::Kind;

constexpr size_t kMostMemory = size_t{128} << 20;  // bytes of the tree
constexpr size_t kItemCost = 2 * sizeof(PickleRef);  // a vector that grows has up to twice the room
constexpr size_t kMemoCost = 64;                     // a node of the hash table

/// Runs the opcodes of one pickle.
class Unpickler {
 public:
  Unpickler(std::string_view stream, const std::string& source) : stream_(stream), source_(source) {}

  Pickle run() {
    if (stream_.size() < 2 || stream_[0] != '\x80') refuse("it does not begin as one");
    while (step(static_cast<uint8_t>(take(1)[0]))) {
    }
    pickle_.root = pop();
    if (!stack_.empty() || !marks_.empty()) refuse("values are left over at its end");
    pickle_.size = at_;
    return std::move(pickle_);
  }

 private:
  template <typename... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorKind::file, "{}: the pickle is damaged at byte {}: {}", source_, at_,
         fmt::format(format, std::forward<Args>(args)...));
  }

  // --- The stream.

  std::string_view take(uint64_t size) {
    if (size > stream_.size() - at_) refuse("it ends too early");
    const auto part = stream_.substr(at_, size);
    at_ += size;
    return part;
  }

  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

  std::string_view line() {
    const auto end = stream_.find('\n', at_);
    if (end == std::string_view::npos) refuse("a name has no end");
    const auto text = take(end - at_);
    take(1);
    return text;
  }

  // --- The stack, its marks, the memo.

  void charge(size_t bytes) {
    used_ += bytes;
    if (used_ > kMostMemory)
      fail(ErrorKind::file, "{}: the pickle has more values than fit {} MiB", source_, kMostMemory >> 20);
  }

  void push(PickleRef value) {
    charge(kItemCost);
    stack_.push_back(value);
  }

  PickleValue& push_new(Kind kind) {
    charge(sizeof(PickleValue));
    push(static_cast<PickleRef>(pickle_.values.size()));
    auto& value = pickle_.values.emplace_back();
    value.kind = kind;
    return value;
  }

  PickleRef pop() {
    if (stack_.size() <= floor()) refuse("a value is taken from an empty stack");
    const auto value = stack_.back();
    stack_.pop_back();
    return value;
  }

  PickleValue& top() {
    if (stack_.size() <= floor()) refuse("a value is read from an empty stack");
    return pickle_.values[stack_.back()];
  }

  size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  void mark() {
    charge(2 * sizeof(size_t));
    marks_.push_back(stack_.size());
  }

  /// The values since the last mark, which goes.
  std::vector<PickleRef> pop_marked() {
    if (marks_.empty()) refuse("a mark is missing");
    std::vector<PickleRef> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    charge(items.size() * kItemCost);
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }

  std::vector<PickleRef> pop_several(size_t count) {
    std::vector<PickleRef> items(count);
    for (size_t i = count; i-- > 0;) items[i] = pop();
    charge(count * kItemCost);
    return items;
  }

  void remember(uint32_t name) {
    if (stack_.size() <= floor()) refuse("nothing to remember");
    charge(kMemoCost);
    memo_[name] = stack_.back();
  }

  void recall(uint32_t name) {
    const auto found = memo_.find(name);
    if (found == memo_.end()) refuse("value {} was not remembered", name);
    push(found->second);
  }

  // --- Values.

  void push_text(Kind kind, uint64_t size) {
    const auto text = take(size);
    push_new(kind).text = text;
  }

  void push_integer(int64_t number) { push_new(Kind::integer).integer = number; }

  /// A whole number of that many bytes, little endian, with a sign.
  void push_long(uint64_t size) {
    const auto digits = take(size);
    if (size > sizeof(int64_t)) {
      push_new(Kind::large).text = digits;
      return;
    }
    uint64_t value = size > 0 && (digits.back() & '\x80') ? ~uint64_t{0} : 0;
    std::memcpy(&value, digits.data(), size);
    push_integer(static_cast<int64_t>(value));
  }

  void push_real() {
    uint64_t bits = 0;
    for (const char byte : take(sizeof bits)) bits = bits << 8 | static_cast<uint8_t>(byte);
    push_new(Kind::real).real = std::bit_cast<double>(bits);
  }

  void push_container(Kind kind, std::vector<PickleRef> items) {
    if (kind == Kind::dictionary && items.size() % 2 != 0) refuse("a dictionary has a key without a value");
    push_new(kind).items = std::move(items);
  }

  void push_global(std::string_view module, std::string_view name) {
    auto& global = pickle_.names.emplace_back(fmt::format("{}.{}", module, name));
    charge(sizeof global + global.size());
    check_global(global, stream_, source_);
    push_new(Kind::global).text = global;
  }

  void push_named_global() {
    const auto name = pop(), module = pop();
    const auto &last = pickle_.values[name], &first = pickle_.values[module];
    if (last.kind != Kind::text || first.kind != Kind::text) refuse("the name of a global must be text");
    push_global(first.text, last.text);
  }

  void push_object(PickleRef callee, PickleRef arguments) {
    if (pickle_.values[callee].kind != Kind::global) refuse("a value is called that is no global");
    if (pickle_.values[arguments].kind != Kind::tuple) refuse("{} is called without a tuple", name_of(callee));
    auto& object = push_new(Kind::object);
    object.callee = callee;
    object.arguments = arguments;
  }

  std::string name_of(PickleRef global) const { return printable(pickle_.values[global].text); }

  void build() {
    const auto state = pop();
    auto& object = top();
    if (object.kind != Kind::object) refuse("a state is given to what is no object");
    object.state = state;
  }

  /// Puts values into the container below them.
  void add(const std::vector<PickleRef>& items, Kind kind) {
    auto& container = top();
    const bool as_dictionary = container.kind == Kind::object && kind == Kind::dictionary;  // an OrderedDict
    if (container.kind != kind && !as_dictionary) refuse("values are added to what cannot take them");
    if (kind == Kind::dictionary && items.size() % 2 != 0) refuse("a dictionary has a key without a value");
    charge(items.size() * kItemCost);
    container.items.insert(container.items.end(), items.begin(), items.end());
  }

  /// Runs one opcode; returns whether it was not the last.
  bool step(uint8_t code) {
    switch (code) {
      case 0x80: check_protocol(number<uint8_t>()); break;
      case 0x95: number<uint64_t>(); break;  // the length of a frame, which only helps reading from a pipe
      case '.': return false;
      case '(': mark(); break;
      case '0': pop_one(); break;
      case '1': pop_marked(); break;
      case '2': top(), push(stack_.back()); break;
      case 'q': remember(number<uint8_t>()); break;
      case 'r': remember(number<uint32_t>()); break;
      case 0x94: remember(static_cast<uint32_t>(memo_.size())); break;
      case 'h': recall(number<uint8_t>()); break;
      case 'j': recall(number<uint32_t>()); break;
      default: return step_value(code);
    }
    return true;
  }

  bool step_value(uint8_t code) {
    switch (code) {
      case 'N': push_new(Kind::none); break;
      case 0x88: push_new(Kind::boolean).integer = 1; break;
      case 0x89: push_new(Kind::boolean).integer = 0; break;
      case 'J': push_integer(number<int32_t>()); break;
      case 'K': push_integer(number<uint8_t>()); break;
      case 'M': push_integer(number<uint16_t>()); break;
      case 0x8a: push_long(number<uint8_t>()); break;
      case 0x8b: push_long(number<uint32_t>()); break;
      case 'G': push_real(); break;
      case 0x8c: push_text(Kind::text, number<uint8_t>()); break;
      case 'X': push_text(Kind::text, number<uint32_t>()); break;
      case 0x8d: push_text(Kind::text, number<uint64_t>()); break;
      case 'U': push_text(Kind::text, number<uint8_t>()); break;  // Python 2's text
      case 'T': push_text(Kind::text, number<uint32_t>()); break;
      case 'C': push_text(Kind::bytes, number<uint8_t>()); break;
      case 'B': push_text(Kind::bytes, number<uint32_t>()); break;
      case 0x8e: push_text(Kind::bytes, number<uint64_t>()); break;
      case 0x96: push_text(Kind::bytes, number<uint64_t>()); break;
      default: return step_composite(code);
    }
    return true;
  }

  bool step_composite(uint8_t code) {
    switch (code) {
      case ']': push_new(Kind::list); break;
      case '}': push_new(Kind::dictionary); break;
      case ')': push_new(Kind::tuple); break;
      case 0x8f: push_new(Kind::set); break;
      case 'l': push_container(Kind::list, pop_marked()); break;
      case 'd': push_container(Kind::dictionary, pop_marked()); break;
      case 't': push_container(Kind::tuple, pop_marked()); break;
      case 0x91: push_container(Kind::set, pop_marked()); break;
      case 0x85: push_container(Kind::tuple, pop_several(1)); break;
      case 0x86: push_container(Kind::tuple, pop_several(2)); break;
      case 0x87: push_container(Kind::tuple, pop_several(3)); break;
      case 'a': add(pop_several(1), Kind::list); break;
      case 'e': add(pop_marked(), Kind::list); break;
      case 's': add(pop_several(2), Kind::dictionary); break;
      case 'u': add(pop_marked(), Kind::dictionary); break;
      case 0x90: add(pop_marked(), Kind::set); break;
      default: return step_object(code);
    }
    return true;
  }

  bool step_object(uint8_t code) {
    switch (code) {
      case 'c': {
        const auto module = line();
        push_global(module, line());
        break;
      }
      case 0x93: push_named_global(); break;
      case 'R':    // a function and its arguments
      case 0x81: {  // a class and the arguments of its __new__
        const auto arguments = pop(), callee = pop();
        push_object(callee, arguments);
        break;
      }
      case 'b': build(); break;
      case 'Q': push_container(Kind::persistent, pop_several(1)); break;
      default: refuse("opcode 0x{:02x} is none that torch.save writes", code);
    }
    return true;
  }

  void check_protocol(uint8_t protocol) const {
    if (protocol < 2 || protocol > 5) refuse("protocol {} is not read, only 2 to 5", protocol);
  }

  /// Takes a value or, if there is none since it, a mark.
  void pop_one() {
    if (!marks_.empty() && stack_.size() == marks_.back()) marks_.pop_back();
    else pop();
  }

  std::string_view stream_;
  const std::string& source_;
  size_t at_ = 0;
  size_t used_ = 0;
  Pickle pickle_;
  std::vector<PickleRef> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint32_t, PickleRef> memo_;
};

}  // namespace

Pickle read_pickle(std::string_view stream, const std::string& source) { return Unpickler(stream, source).run(); }

}  // namespace reszoo
