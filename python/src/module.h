/// The parts of the module `_reszoo`: each defines some of its functions and classes. Private.
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace reszoo::python {

namespace nb = nanobind;

void define_table(nb::module_& module);
void define_images(nb::module_& module);
void define_model(nb::module_& module);
void define_train(nb::module_& module);
void define_network(nb::module_& module);

/// Lets a Ctrl-C end a long call. To be called now and then, without Python's lock.
/// Throws: nb::python_error, the KeyboardInterrupt that Python's handler raises.
void check_signals();

}  // namespace reszoo::python
