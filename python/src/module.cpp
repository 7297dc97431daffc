// The module `_reszoo`: what the Python package needs of the library.
#include "module.h"

#include "errors.h"
#include "reszoo/base/device.h"
#include "reszoo/base/memory.h"

namespace reszoo::python {

void check_signals() {
  const nb::gil_scoped_acquire lock;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

NB_MODULE(_reszoo, module) {
  module.doc() = "What the package reszoo needs of the C++ library; use the package instead.";
  module.attr("version") = RESZOO_VERSION;
  translate_errors();
  define_table(module);
  define_images(module);
  define_model(module);
  define_train(module);
  define_network(module);
  module.def(
      "set_num_threads", [](int threads) { set_num_threads(threads); }, nb::arg("threads"));
  module.def("retain_freed_memory", [] { retain_freed_memory(); });
}

}  // namespace reszoo::python
