/// What a model answers to inputs of any kind. Private.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "opened.h"
#include "pictures.h"
#include "reszoo/recipes/input_batches.h"

namespace reszoo::python {

/// Outputs or features of all inputs.
struct Answers {
  at::Tensor outputs;                    ///< (N, ...)
  std::vector<std::string> images = {};  ///< paths of the images, if they have names
  std::string note = {};                 ///< what was left out, or never seen in training; "" if nothing
};

/// Is called with each batch of prepared inputs.
using Visit = std::function<void(const at::Tensor& input)>;

/// How files are read.
struct Reading {
  std::vector<std::string> paths;
  std::string on_bad = {};  ///< `skip` leaves damaged images out
};

/// Prepares a table, files or images in memory, batch by batch. The outputs of the result are empty. Ctrl-C ends it
/// between batches.
/// Throws: as `Model::input`, `for_each_batch` and `ImagePreprocess` do; nb::python_error for a Ctrl-C.
Answers visit_inputs(Opened& by, const Frame& rows, const Visit& visit);
Answers visit_inputs(Opened& by, const Reading& files, const Visit& visit);
Answers visit_inputs(Opened& by, const std::vector<const Picture*>& pictures, const Visit& visit);

}  // namespace reszoo::python
