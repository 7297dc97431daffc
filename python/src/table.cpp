// Tables: from NumPy, files and Arrow's PyCapsules, and back.
#include <arrow/c/abi.h>

#include <algorithm>
#include <memory>

#include "arrays.h"
#include "module.h"
#include "reszoo/base/error.h"
#include "reszoo/data/arrow_interface.h"
#include "reszoo/data/table.h"

namespace reszoo::python {
namespace {

using Matrix = nb::ndarray<const double, nb::ndim<2>, nb::device::cpu>;

constexpr const char *kStream = "arrow_array_stream", *kSchema = "arrow_schema", *kArray = "arrow_array";

/// Returns the structure in a capsule of Arrow's PyCapsule interface.
/// Throws: nb::python_error for another object.
template <typename Structure>
Structure* held(const nb::object& capsule, const char* name) {
  auto* structure = static_cast<Structure*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (structure == nullptr) throw nb::python_error();
  return structure;
}

Frame from_stream(const nb::object& capsule) {
  auto* stream = held<ArrowArrayStream>(capsule, kStream);
  const nb::gil_scoped_release unlocked;
  return frame_from_arrow(stream);
}

Frame from_batch(const nb::object& schema, const nb::object& array) {
  auto* types = held<ArrowSchema>(schema, kSchema);
  auto* batch = held<ArrowArray>(array, kArray);
  const nb::gil_scoped_release unlocked;
  return frame_from_arrow(types, batch);
}

void free_stream(PyObject* capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, kStream));
  if (stream == nullptr) return PyErr_Clear();
  if (stream->release != nullptr) stream->release(stream);
  delete stream;
}

/// The requested schema may be ignored, as the interface says.
nb::object to_stream(const Frame& frame, const nb::object&) {
  auto stream = std::make_unique<ArrowArrayStream>();
  frame_to_arrow(frame, stream.get());
  auto capsule = nb::steal(PyCapsule_New(stream.get(), kStream, free_stream));
  if (!capsule.is_valid()) throw nb::python_error();
  stream.release();
  return capsule;
}

/// A table of the columns of a matrix. NaN is missing.
Frame from_matrix(const Matrix& values, const std::vector<std::string>& names) {
  if (names.size() != values.shape(1))
    fail(ErrorKind::usage, "columns: the array has {}, got {} names", values.shape(1), names.size());
  const auto rows = static_cast<int64_t>(values.shape(0));
  Frame frame;
  for (size_t c = 0; c < names.size(); ++c) {
    auto column = Column::of_numbers(names[c], std::vector<double>(static_cast<size_t>(rows)));
    auto* to = column.numbers.mutable_data_ptr<double>();
    const auto* from = values.data() + static_cast<int64_t>(c) * values.stride(1);
    for (int64_t row = 0; row < rows; ++row) to[row] = from[row * values.stride(0)];
    frame.columns.push_back(std::move(column));
  }
  return frame;
}

/// "number", "date", "day" (a date without a time of day) or "text".
const char* kind_of(const Column& column) {
  if (column.kind == Column::Kind::text) return "text";
  return !column.date ? "number" : column.whole_days ? "day" : "date";
}

const Column& column_of(const Frame& frame, const std::string& name, Column::Kind kind) {
  const auto& column = frame.at(name);
  if (column.kind != kind) fail(ErrorKind::usage, "column \"{}\": holds {}s", name, kind_of(column));
  return column;
}

/// Returns the table without a column.
Frame without(const Frame& frame, const std::vector<std::string>& names) {
  for (const auto& name : names) frame.at(name);
  auto rest = frame;
  std::erase_if(rest.columns, [&](const Column& column) {
    return std::find(names.begin(), names.end(), column.name) != names.end();
  });
  return rest;
}

/// Returns the table with the columns of another one behind its own.
Frame beside(const Frame& frame, const Frame& more) {
  if (frame.rows() != more.rows())
    fail(ErrorKind::input, "columns: one table has {} rows, the other has {}", frame.rows(), more.rows());
  auto both = frame;
  for (const auto& column : more.columns) {
    if (frame.find(column.name) != nullptr)
      fail(ErrorKind::usage, "column \"{}\": the table has it already", column.name);
    both.columns.push_back(column);
  }
  return both;
}

Frame read(const std::vector<std::string>& paths, const std::vector<std::string>& text) {
  return read_table(TablePaths(paths), {.text = text});
}

}  // namespace

void define_table(nb::module_& module) {
  using Unlocked = nb::call_guard<nb::gil_scoped_release>;
  nb::class_<Frame>(module, "Table")
      .def_static("from_stream", from_stream, nb::arg("capsule"))
      .def_static("from_batch", from_batch, nb::arg("schema"), nb::arg("array"))
      .def_static("from_matrix", from_matrix, nb::arg("values"), nb::arg("names"))
      .def_static("read", read, nb::arg("paths"), nb::arg("text"), Unlocked())
      .def("to_stream", to_stream, nb::arg("requested_schema").none())
      .def(
          "write", [](const Frame& frame, const std::string& path) { write_table(path, frame); }, nb::arg("path"),
          Unlocked())
      .def("rows", &Frame::rows)
      .def("names", &Frame::names)
      .def(
          "kind", [](const Frame& frame, const std::string& name) { return kind_of(frame.at(name)); }, nb::arg("name"))
      .def(
          "numbers",
          [](const Frame& frame, const std::string& name) {
            return array_of(column_of(frame, name, Column::Kind::number).numbers);
          },
          nb::arg("name"))
      .def(
          "codes",
          [](const Frame& frame, const std::string& name) {
            return array_of(column_of(frame, name, Column::Kind::text).codes);
          },
          nb::arg("name"))
      .def(
          "words",
          [](const Frame& frame, const std::string& name) { return column_of(frame, name, Column::Kind::text).words; },
          nb::arg("name"))
      .def("without", without, nb::arg("names"))
      .def("beside", beside, nb::arg("more"));
}

}  // namespace reszoo::python
