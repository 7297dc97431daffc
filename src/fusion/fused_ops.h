/// The fused operation of each primitive.
#pragma once
#include <functional>
#include <memory>
#include <typeindex>
#include <unordered_map>

#include "fusion/bound_op.h"
#include "reszoo/graph/primitives.h"

namespace reszoo::detail {

/// What a kernel applies before it stores its result.
enum class EpilogueSupport { none, activation, residual_and_activation };

/// Makes operations from primitives. Each type of primitive has a row. Layers, norms with kept statistics and adaptive
/// pools have none: what was folded into them is made with them (`finished_op`).
class FusedOps {
 public:
  using Make = std::function<std::shared_ptr<const FusedOp>(const Primitive& primitive, const TensorType& type)>;

  static const FusedOps& all();

  /// `type` is that of modules that run as they are.
  std::shared_ptr<const FusedOp> make(const Primitive& primitive, const TensorType& type) const;

  /// `none` for a primitive without a row.
  EpilogueSupport epilogue(const Primitive& primitive) const;

 private:
  FusedOps();

  /// Adds the row of a primitive that the runtime has kernels for.
  template <typename Of>
  void add(EpilogueSupport epilogue = EpilogueSupport::none);

  /// Adds the row of a norm that only LibTorch's operators compute.
  template <typename Of>
  void add_norm(const char* kind);

  struct Row {
    Make make;
    std::function<EpilogueSupport(const Primitive& primitive)> epilogue;
  };
  std::unordered_map<std::type_index, Row> rows_;
};

/// Returns a primitive as LibTorch's operators compute it.
Bind bind_primitive(const Primitive& primitive);

}  // namespace reszoo::detail
