/// The types behind the pointers of the C interface. Private.
#pragma once
#include <string>

#include "reszoo/c/reszoo.h"
#include "reszoo/infer/predictor.h"

struct reszoo_model {
  reszoo::Predictor predictor;
  std::string card = {};  ///< what reszoo_describe returns
};

struct reszoo_table {
  reszoo::Frame frame = {};
  std::string note = {};
};

struct reszoo_tensor {
  at::Tensor values;  ///< float32, contiguous, on the CPU
};

namespace reszoo::c {

/// Returns the model of a predictor, with its card.
reszoo_model described(Predictor predictor);

}  // namespace reszoo::c
