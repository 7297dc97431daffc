#include "tensors.h"

#include <torch/csrc/autograd/python_variable.h>

namespace nanobind::detail {
namespace {

/// Whether PyTorch's Python package is there: it makes its class of tensors when it is imported.
bool has_torch() noexcept {
  if (THPVariableClass != nullptr) return true;
  try {
    module_::import_("torch");
    return THPVariableClass != nullptr;
  } catch (python_error& error) {
    error.restore();
    return false;
  }
}

}  // namespace

bool type_caster<at::Tensor>::from_python(handle source, uint32_t, cleanup_list*) noexcept {
  if (!has_torch() || !THPVariable_Check(source.ptr())) {
    PyErr_Clear();
    return false;
  }
  value = THPVariable_Unpack(source.ptr());
  return true;
}

handle type_caster<at::Tensor>::from_cpp(const at::Tensor& tensor, rv_policy, cleanup_list*) noexcept {
  if (!has_torch()) return handle();
  return THPVariable_Wrap(tensor);
}

}  // namespace nanobind::detail
