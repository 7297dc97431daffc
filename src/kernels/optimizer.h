/// Optimizer steps: one pass over parameters, gradients and state, on LibTorch's threads.
#pragma once
#include <cstdint>
#include <vector>

namespace reszoo::kernels {

/// The flat memory of one parameter; all buffers are float32.
struct Segment {
  float* parameter;
  const float* gradient;
  float *first, *second;  ///< AdamW: exp_avg and exp_avg_sq; SGD: momentum and nullptr
  int64_t size;
  float step_size;  ///< AdamW: lr / (1 - beta1^t)
  float root;       ///< AdamW: 1 / sqrt(1 - beta2^t)
};

struct AdamwFactors {
  float decay;  ///< 1 - lr * weight_decay
  float beta1, beta2, eps;
};

struct SgdFactors {
  float lr, weight_decay, momentum;  ///< if momentum is 0, Segment::first is not read
  bool nesterov;
};

void adamw_step(const std::vector<Segment>& segments, const AdamwFactors& factors);
void sgd_step(const std::vector<Segment>& segments, const SgdFactors& factors);

}  // namespace reszoo::kernels
