// Reads weights from pickles of NumPy arrays: the model zoos of detectron2 and Detectron.
#pragma once
#include <string>

#include "pickle.h"
#include "reszoo/base/bytes.h"
#include "reszoo/weights/read.h"

namespace reszoo {

/// Whether the bytes begin like a pickle of protocol 2 to 5.
bool is_pickle(const Bytes& bytes, const std::string& source);

/// Reads what `pickle.dump({"model": {name: array, ...}}, file)` writes, in protocol 2 to 5, by Python 2 or 3 and NumPy
/// 1 or 2: a dictionary of arrays, or one under the key "model" (detectron2) or "blobs" (Detectron). No code in the
/// file is run. Arrays are copied, because they are not aligned in a pickle, and become contiguous in C order.
///
/// Other values are left out, and so are the arrays `*_momentum` of a Detectron file, which are optimizer state. Arrays
/// may have the dtypes float16, float32, float64, bool, or signed or unsigned integers of 8 to 64 bits, little endian.
///
/// Throws: Error (file), whose message begins with `source`.
/// Source: detectron2/checkpoint/detection_checkpoint.py; NumPy, numpy/_core/src/multiarray/methods.c (array_reduce).
StateDict read_numpy_pickle(const Bytes& bytes, const std::string& source, const ReadOptions& options = {});

/// Returns a NumPy array in a pickle of `file_size` bytes as a tensor.
/// Throws: Error (file), whose message begins with `source`, for a value that is no array, and as read_numpy_pickle
/// does.
Tensor pickled_array(const Pickle& pickle, PickleRef place, const std::string& source, size_t file_size);

}  // namespace reszoo
