#include "pickle_stack.h"

namespace reszoo {
namespace {

constexpr size_t kMostMemory = size_t{96} << 20;     // limit of the tree, in bytes
constexpr size_t kItemCost = 2 * sizeof(PickleRef);  // a growing vector has up to twice the capacity
constexpr size_t kMemoCost = 64;                     // a node of the hash table

}  // namespace

void PickleStack::charge(size_t bytes) {
  used_ += bytes;
  if (used_ > kMostMemory)
    fail(ErrorKind::file, "{}: the pickle has more values than fit {} MiB", stream_.source(), kMostMemory >> 20);
}

void PickleStack::charge_items(size_t count) { charge(count * kItemCost); }

void PickleStack::push(PickleRef value) {
  charge(kItemCost);
  values_.push_back(value);
}

PickleValue& PickleStack::push_new(PickleValue::Kind kind) {
  charge(sizeof(PickleValue));
  push(static_cast<PickleRef>(pickle_.values.size()));
  auto& value = pickle_.values.emplace_back();
  value.kind = kind;
  return value;
}

PickleRef PickleStack::pop() {
  if (values_.size() <= floor()) stream_.reject("a value is taken from an empty stack");
  const auto value = values_.back();
  values_.pop_back();
  return value;
}

void PickleStack::pop_one() {
  if (!marks_.empty() && values_.size() == marks_.back()) marks_.pop_back();
  else pop();
}

std::vector<PickleRef> PickleStack::pop_several(size_t count) {
  std::vector<PickleRef> items(count);
  for (size_t i = count; i-- > 0;) items[i] = pop();
  charge_items(count);
  return items;
}

std::vector<PickleRef> PickleStack::pop_marked() {
  if (marks_.empty()) stream_.reject("a mark is missing");
  charge_items(values_.size() - marks_.back());
  std::vector<PickleRef> items(values_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), values_.end());
  values_.resize(marks_.back());
  marks_.pop_back();
  return items;
}

PickleValue& PickleStack::top() {
  if (values_.size() <= floor()) stream_.reject("a value is read from an empty stack");
  return pickle_.values[values_.back()];
}

void PickleStack::duplicate() {
  top();
  push(values_.back());
}

void PickleStack::mark() {
  charge(2 * sizeof(size_t));
  marks_.push_back(values_.size());
}

void PickleStack::remember(uint32_t name) {
  top();
  charge(kMemoCost);
  memo_[name] = values_.back();
}

void PickleStack::recall(uint32_t name) {
  const auto found = memo_.find(name);
  if (found == memo_.end()) stream_.reject("value {} was not remembered", name);
  push(found->second);
}

}  // namespace reszoo
