// What comes before a network in a file that takes raw rows or images.
#pragma once
#include "onnx_values.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/preprocess/table_preprocess.h"

namespace reszoo::onnx {

/// Adds an input for each column of a table, (N, 1): float64 for numbers, where NaN is missing, and for dates, as days
/// since 1970-01-01; text for categories, where "" is missing. Returns the network's input, (N, columns) float32.
OnnxValue table_input(OnnxGraph& graph, const TablePreprocess& table);

/// Adds the input `images`, (N, H, W, C) bytes of any size. Returns the network's input, (N, C, H', W') float32.
OnnxValue image_input(OnnxGraph& graph, const ImagePreprocess& image);

/// Writes the scaler's transform of (N, F) float64, of which `missing` is a mask.
OnnxValue scaled(OnnxGraph& graph, OnnxValue values, OnnxValue missing, const Scaler& scaler);

}  // namespace reszoo::onnx
