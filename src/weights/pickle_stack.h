// The state of a pickle parser: its stream, and the stack, marks and memo of its values.
#pragma once
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pickle.h"
#include "reszoo/base/error.h"

namespace reszoo {

/// Reads the bytes of a pickle from front to back.
class PickleStream {
 public:
  PickleStream(std::string_view all, const std::string& source) : all_(all), source_(source) {}

  std::string_view all() const { return all_; }
  const std::string& source() const { return source_; }
  size_t at() const { return at_; }

  template <typename... Args>
  [[noreturn]] void reject(fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorKind::file, "{}: the pickle is damaged at byte {}: {}", source_, at_,
         fmt::format(format, std::forward<Args>(args)...));
  }

  std::string_view take(uint64_t size) {
    if (size > all_.size() - at_) reject("it ends too early");
    const auto part = all_.substr(at_, size);
    at_ += size;
    return part;
  }

  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

  /// Reads the text up to the end of the line.
  std::string_view line() {
    const auto end = all_.find('\n', at_);
    if (end == std::string_view::npos) reject("a name has no end");
    const auto text = take(end - at_);
    take(1);
    return text;
  }

 private:
  std::string_view all_;
  const std::string& source_;
  size_t at_ = 0;
};

/// The stack of values during parsing. Its own memory and that of the pickle are bounded.
class PickleStack {
 public:
  PickleStack(PickleStream& stream, Pickle& pickle) : stream_(stream), pickle_(pickle) {}

  bool empty() const { return values_.empty() && marks_.empty(); }
  /// Counts used memory.
  /// Throws: Error (file) if the pickle exceeds its limit.
  void charge(size_t bytes);
  void charge_items(size_t count);

  void push(PickleRef value);
  /// Creates a value of the pickle and pushes it.
  PickleValue& push_new(PickleValue::Kind kind);
  PickleRef pop();
  /// Pops a value or, if there is none above the last mark, the mark.
  void pop_one();
  std::vector<PickleRef> pop_several(size_t count);
  /// Pops the values above the last mark, and the mark.
  std::vector<PickleRef> pop_marked();
  PickleValue& top();
  void duplicate();
  void mark();

  void remember(uint32_t name);
  void remember_next() { remember(static_cast<uint32_t>(memo_.size())); }
  void recall(uint32_t name);

 private:
  size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleStream& stream_;
  Pickle& pickle_;
  size_t used_ = 0;
  std::vector<PickleRef> values_;
  std::vector<size_t> marks_;
  std::unordered_map<uint32_t, PickleRef> memo_;
};

}  // namespace reszoo
