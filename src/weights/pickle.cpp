#include "pickle.h"

#include <bit>
#include <cstring>

#include "pickle_stack.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using Kind = PickleValue::Kind;

/// Interprets the opcodes of one pickle.
class Unpickler {
 public:
  Unpickler(std::string_view stream, const std::string& source) : stream_(stream, source), stack_(stream_, pickle_) {}

  Pickle run() {
    if (!stream_.all().starts_with("\x80")) stream_.reject("it does not begin as one");
    while (step(stream_.number<uint8_t>())) {
    }
    pickle_.root = stack_.pop();
    if (!stack_.empty()) stream_.reject("values are left over at its end");
    pickle_.size = stream_.at();
    return std::move(pickle_);
  }

 private:
  void push_text(Kind kind, uint64_t size) {
    const auto text = stream_.take(size);
    stack_.push_new(kind).text = text;
  }

  void push_integer(int64_t number) { stack_.push_new(Kind::integer).integer = number; }

  /// Reads a signed little-endian integer of `size` bytes.
  void push_long(uint64_t size) {
    const auto digits = stream_.take(size);
    if (size > sizeof(int64_t)) {
      stack_.push_new(Kind::large).text = digits;
      return;
    }
    uint64_t value = size > 0 && (digits.back() & '\x80') ? ~uint64_t{0} : 0;
    std::memcpy(&value, digits.data(), size);
    push_integer(static_cast<int64_t>(value));
  }

  void push_real() {
    uint64_t bits = 0;
    for (const char byte : stream_.take(sizeof bits)) bits = bits << 8 | static_cast<uint8_t>(byte);
    stack_.push_new(Kind::real).real = std::bit_cast<double>(bits);
  }

  void push_container(Kind kind, std::vector<PickleRef> items) {
    if (kind == Kind::dictionary && items.size() % 2 != 0) stream_.reject("a dictionary has a key without a value");
    stack_.push_new(kind).items = std::move(items);
  }

  void push_global(std::string_view module, std::string_view name) {
    auto& global = pickle_.names.emplace_back(fmt::format("{}.{}", module, name));
    stack_.charge(sizeof global + global.size());
    check_global(global, stream_.source());
    stack_.push_new(Kind::global).text = global;
  }

  void push_named_global() {
    const auto name = stack_.pop(), module = stack_.pop();
    const auto &last = pickle_.values[name], &first = pickle_.values[module];
    if (last.kind != Kind::text || first.kind != Kind::text) stream_.reject("the name of a global must be text");
    push_global(first.text, last.text);
  }

  void push_object(PickleRef callee, PickleRef arguments) {
    const auto kind = pickle_.values[callee].kind;  // an object can be called, as functools.partial
    if (kind != Kind::global && kind != Kind::object && kind != Kind::persistent)
      stream_.reject("a value is called that is no global");
    if (pickle_.values[arguments].kind != Kind::tuple) stream_.reject("{} is called without a tuple", name_of(callee));
    auto& object = stack_.push_new(Kind::object);
    object.callee = callee;
    object.arguments = arguments;
  }

  std::string name_of(PickleRef global) const { return escaped(pickle_.values[global].text); }

  void build() {
    const auto state = stack_.pop();
    auto& object = stack_.top();
    if (object.kind != Kind::object) stream_.reject("a state is given to what is no object");
    object.state = state;
  }

  /// Returns the container at the top of the stack. Objects that are lists or sets have one of their own.
  PickleValue& container_of(Kind kind) {
    auto& top = stack_.top();
    if (top.kind != Kind::object || kind == Kind::dictionary) return top;
    if (top.appended == kNoValue) {
      stack_.push_new(kind);
      const auto made = stack_.pop();
      stack_.top().appended = made;
    }
    return pickle_.values[stack_.top().appended];
  }

  /// Adds values to the container below them on the stack.
  void add(const std::vector<PickleRef>& items, Kind kind) {
    auto& container = container_of(kind);
    const bool as_dictionary = container.kind == Kind::object && kind == Kind::dictionary;  // an OrderedDict
    if (container.kind != kind && !as_dictionary) stream_.reject("values are added to what cannot take them");
    if (kind == Kind::dictionary && items.size() % 2 != 0) stream_.reject("a dictionary has a key without a value");
    stack_.charge_items(items.size());
    container.items.insert(container.items.end(), items.begin(), items.end());
  }

  /// Interprets one opcode. Returns false after the last one.
  bool step(uint8_t code) {
    switch (code) {
      case 0x80: check_protocol(stream_.number<uint8_t>()); break;
      case 0x95: stream_.number<uint64_t>(); break;  // the length of a frame, which is needed only to read from a pipe
      case '.': return false;
      case '(': stack_.mark(); break;
      case '0': stack_.pop_one(); break;
      case '1': stack_.pop_marked(); break;
      case '2': stack_.duplicate(); break;
      case 'q': stack_.remember(stream_.number<uint8_t>()); break;
      case 'r': stack_.remember(stream_.number<uint32_t>()); break;
      case 0x94: stack_.remember_next(); break;
      case 'h': stack_.recall(stream_.number<uint8_t>()); break;
      case 'j': stack_.recall(stream_.number<uint32_t>()); break;
      default: return step_value(code);
    }
    return true;
  }

  bool step_value(uint8_t code) {
    switch (code) {
      case 'N': stack_.push_new(Kind::none); break;
      case 0x88: stack_.push_new(Kind::boolean).integer = 1; break;
      case 0x89: stack_.push_new(Kind::boolean).integer = 0; break;
      case 'J': push_integer(stream_.number<int32_t>()); break;
      case 'K': push_integer(stream_.number<uint8_t>()); break;
      case 'M': push_integer(stream_.number<uint16_t>()); break;
      case 0x8a: push_long(stream_.number<uint8_t>()); break;
      case 0x8b: push_long(stream_.number<uint32_t>()); break;
      case 'G': push_real(); break;
      case 0x8c: push_text(Kind::text, stream_.number<uint8_t>()); break;
      case 'X': push_text(Kind::text, stream_.number<uint32_t>()); break;
      case 0x8d: push_text(Kind::text, stream_.number<uint64_t>()); break;
      case 'U': push_text(Kind::text, stream_.number<uint8_t>()); break;  // text of Python 2
      case 'T': push_text(Kind::text, stream_.number<uint32_t>()); break;
      case 'C': push_text(Kind::bytes, stream_.number<uint8_t>()); break;
      case 'B': push_text(Kind::bytes, stream_.number<uint32_t>()); break;
      case 0x8e: push_text(Kind::bytes, stream_.number<uint64_t>()); break;
      case 0x96: push_text(Kind::bytes, stream_.number<uint64_t>()); break;
      default: return step_composite(code);
    }
    return true;
  }

  bool step_composite(uint8_t code) {
    switch (code) {
      case ']': stack_.push_new(Kind::list); break;
      case '}': stack_.push_new(Kind::dictionary); break;
      case ')': stack_.push_new(Kind::tuple); break;
      case 0x8f: stack_.push_new(Kind::set); break;
      case 'l': push_container(Kind::list, stack_.pop_marked()); break;
      case 'd': push_container(Kind::dictionary, stack_.pop_marked()); break;
      case 't': push_container(Kind::tuple, stack_.pop_marked()); break;
      case 0x91: push_container(Kind::set, stack_.pop_marked()); break;
      case 0x85: push_container(Kind::tuple, stack_.pop_several(1)); break;
      case 0x86: push_container(Kind::tuple, stack_.pop_several(2)); break;
      case 0x87: push_container(Kind::tuple, stack_.pop_several(3)); break;
      case 'a': add(stack_.pop_several(1), Kind::list); break;
      case 'e': add(stack_.pop_marked(), Kind::list); break;
      case 's': add(stack_.pop_several(2), Kind::dictionary); break;
      case 'u': add(stack_.pop_marked(), Kind::dictionary); break;
      case 0x90: add(stack_.pop_marked(), Kind::set); break;
      default: return step_object(code);
    }
    return true;
  }

  bool step_object(uint8_t code) {
    switch (code) {
      case 'c': {
        const auto module = stream_.line();
        push_global(module, stream_.line());
        break;
      }
      case 0x93: push_named_global(); break;
      case 'R':     // a function and its arguments
      case 0x81: {  // a class and the arguments of its __new__
        const auto arguments = stack_.pop(), callee = stack_.pop();
        push_object(callee, arguments);
        break;
      }
      case 0x92: {  // a class, and the arguments of its __new__ by position and by name
        stack_.pop();
        const auto arguments = stack_.pop(), callee = stack_.pop();
        push_object(callee, arguments);
        break;
      }
      case 'b': build(); break;
      case 'Q': push_container(Kind::persistent, stack_.pop_several(1)); break;
      default: stream_.reject("opcode 0x{:02x} is none that torch.save writes", code);
    }
    return true;
  }

  void check_protocol(uint8_t protocol) const {
    if (protocol < 2 || protocol > 5) stream_.reject("protocol {} is not read, only 2 to 5", protocol);
  }

  Pickle pickle_;
  PickleStream stream_;
  PickleStack stack_;
};

}  // namespace

Pickle read_pickle(std::string_view stream, const std::string& source) { return Unpickler(stream, source).run(); }

}  // namespace reszoo
