/// Images of Python programs. Private.
#pragma once
#include <ATen/core/Tensor.h>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <string>
#include <variant>
#include <vector>

#include "reszoo/preprocess/image_preprocess.h"

namespace reszoo::python {

using Pixels = nanobind::ndarray<const uint8_t, nanobind::ndim<3>, nanobind::c_contig, nanobind::device::cpu>;
using Values = nanobind::ndarray<const float, nanobind::ndim<3>, nanobind::c_contig, nanobind::device::cpu>;

/// An image: encoded bytes, pixels (H, W, C), or values (H, W, C) in which a byte's 255 is 1.
struct Picture {
  std::string name;  ///< for messages
  std::variant<nanobind::bytes, Pixels, Values> content;
};

/// Prepares an image for a network. May be called without Python's lock, from several threads.
/// Shape: (1, C, H, W).
at::Tensor prepared(const ImagePreprocess& preprocess, const Picture& picture);

}  // namespace reszoo::python
