// What changes the shape alone. Maps lie channels-last, so that more than one pixel has to be moved.
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "fusion/maps.h"

namespace reszoo::detail {
namespace {

/// The same numbers in the same order; nothing is done where the result takes the input's memory.
Kernel relabelled(const PlanRequest& request, Shape output) {
  Kernel kernel{.output = std::move(output), .overwrites = 0};
  kernel.run = [elements = elements_of(request.x())](const KernelCall& call) {
    if (call.y != call.x()) std::copy_n(call.x(), elements, call.y);
  };
  return kernel;
}

class FlattenOp : public PrimitiveOp<ops::Flatten> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "flatten"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    const auto last = primitive.end < 0 ? primitive.end + std::ssize(x) : primitive.end;
    if (x.size() < 2 || last < 1 || last >= std::ssize(x)) request.reject();
    Shape output{x[0], 1};
    for (size_t i = 1; i < x.size(); ++i)
      if (static_cast<int64_t>(i) <= last) output[1] *= x[i];
      else output.push_back(x[i]);
    if (last + 1 == std::ssize(x) && output[1] == x[1]) return relabelled(request, output);
    return tensor_kernel(request, output, bind({}));
  }
};

class UnflattenOp : public PrimitiveOp<ops::Unflatten> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "unflatten"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    const auto at = primitive.dimension < 0 ? primitive.dimension + std::ssize(x) : primitive.dimension;
    if (at < 0 || at >= std::ssize(x)) request.reject();
    const auto output = at::zeros({1}).expand(x).unflatten(at, primitive.sizes).sizes().vec();
    const bool pixel = x.size() == 2 && is_maps(output) && output[1] == x[1];
    return pixel ? relabelled(request, output) : tensor_kernel(request, output, bind({}));
  }
};

}  // namespace

void add_reshape_ops(FusedOps& ops) {
  ops.add<FlattenOp>();
  ops.add<UnflattenOp>();
}

}  // namespace reszoo::detail
