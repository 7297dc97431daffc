/// Errors of the library as exceptions of Python. Private.
#pragma once

namespace reszoo::python {

/// Lets functions of this module throw the library's errors: they become the exceptions of `reszoo._errors`, with the
/// same text.
void translate_errors();

}  // namespace reszoo::python
