/// Values in memory without LibTorch: the weights of a network.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "reszoo/base/bytes.h"

namespace reszoo::detail {

using Shape = std::vector<int64_t>;

/// Returns the number of values of a shape.
int64_t elements_of(const Shape& shape);

/// What keeps the values of an array in memory.
class ArrayOwner {
 public:
  virtual ~ArrayOwner() = default;

  /// Takes values that are in a file out of memory until they are read again.
  virtual void release_pages(const void* data, size_t size) const { release_mapped(data, size); }
};

/// Dense values in row-major order. Copies share them. One that is made by default is undefined.
template <typename Value>
class Array {
 public:
  Array() = default;

  /// Refers to values that the owner keeps. `data` may be null if only the shape is of interest.
  Array(Shape shape, const Value* data, std::shared_ptr<const ArrayOwner> owner)
      : shape_(std::move(shape)), data_(data), owner_(std::move(owner)), defined_(true) {}

  /// Owns values.
  static Array of(Shape shape, std::vector<Value> values) {
    struct Own : ArrayOwner {
      explicit Own(std::vector<Value> values_) : kept(std::move(values_)) {}
      void release_pages(const void*, size_t) const override {}
      std::vector<Value> kept;
    };
    const auto own = std::make_shared<const Own>(std::move(values));
    return {std::move(shape), own->kept.data(), own};
  }

  bool defined() const { return defined_; }
  const Shape& shape() const { return shape_; }
  int64_t size(size_t dimension) const { return shape_[dimension]; }
  int64_t count() const { return defined_ ? elements_of(shape_) : 0; }
  size_t bytes() const { return static_cast<size_t>(count()) * sizeof(Value); }

  /// Returns nullptr if it is undefined.
  const Value* data() const { return data_; }

  /// Returns the same values in another shape with as many elements.
  Array reshaped(Shape shape) const { return {std::move(shape), data_, owner_}; }

  /// See `ArrayOwner::release_pages`.
  void release_pages() const {
    if (owner_) owner_->release_pages(data_, bytes());
  }

  /// Whether both have the same memory.
  bool is_same(const Array& other) const { return data_ == other.data_; }

 private:
  Shape shape_;
  const Value* data_ = nullptr;
  std::shared_ptr<const ArrayOwner> owner_;
  bool defined_ = false;
};

using Floats = Array<float>;
using Doubles = Array<double>;

}  // namespace reszoo::detail
