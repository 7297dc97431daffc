/// What a network is fused to, checked against the network.
#pragma once
#include "infer/fused_op.h"
#include "reszoo/infer/fused.h"

namespace reszoo::detail {

/// Where the network lies, and its type.
/// Throws: Error (device) if it is of several, or of one that cannot be fused.
TensorType type_of(const Network& network);

/// Resolves Precision::automatic to a concrete precision.
/// Throws: Error (device, usage) if it cannot be had.
Precision precision_of(const Network& network, const FuseOptions& options, const TensorType& type);

/// Throws: Error (usage) for a way or a quantization of layers that the network does not have.
void check_layers(const NetworkImpl& network, const Program& program, const FuseOptions& options);

}  // namespace reszoo::detail
