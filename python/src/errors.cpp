#include "errors.h"

#include <c10/util/Exception.h>
#include <nanobind/nanobind.h>

#include "reszoo/base/error.h"

namespace reszoo::python {
namespace {

namespace nb = nanobind;

const char* class_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage: return "UsageError";
    case ErrorKind::input: return "InputError";
    case ErrorKind::file: return "FileError";
    case ErrorKind::device: return "DeviceError";
  }
  return "Error";
}

void set_error(const char* name, const std::exception& error) {
  const auto type = nb::module_::import_("reszoo._errors").attr(name);
  PyErr_SetString(type.ptr(), message_of(error).c_str());
}

}  // namespace

void translate_errors() {
  nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      set_error(class_of(error.kind()), error);
    } catch (const c10::Error& error) {
      set_error("Error", error);
    }
  });
}

}  // namespace reszoo::python
