#include "arrays.h"

#include <ATen/ATen.h>

#include "reszoo/base/error.h"

namespace reszoo::python {
namespace {

namespace nb = nanobind;

nb::dlpack::dtype dtype_of(at::ScalarType type) {
  switch (type) {
    case at::kFloat: return nb::dtype<float>();
    case at::kDouble: return nb::dtype<double>();
    case at::kLong: return nb::dtype<int64_t>();
    case at::kBool: return nb::dtype<bool>();
    default: fail(ErrorKind::usage, "array: a tensor of {} has no array here", at::toString(type));
  }
}

}  // namespace

Array array_of(const at::Tensor& tensor) {
  auto* values = new at::Tensor(tensor.detach().to(at::kCPU).contiguous());
  const nb::capsule owner(values, [](void* held) noexcept { delete static_cast<at::Tensor*>(held); });
  const std::vector<size_t> shape(values->sizes().begin(), values->sizes().end());
  return {values->mutable_data_ptr(), shape.size(), shape.data(), owner, nullptr, dtype_of(values->scalar_type())};
}

}  // namespace reszoo::python
