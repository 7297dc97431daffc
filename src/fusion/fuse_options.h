/// Checks the options of `fuse` against the network.
#pragma once
#include "fusion/program.h"
#include "reszoo/fusion/fused.h"

namespace reszoo::detail {

/// Returns the device and the dtype of the network's parameters.
/// Throws: Error (device) if there are several, or one that cannot be fused.
TensorType type_of(const Network& network);

/// Returns the precision to compute in; resolves `Precision::automatic`.
/// Throws: Error (device, usage) for a precision that this network, device or LibTorch does not support.
Precision precision_of(const Network& network, const FuseOptions& options, const TensorType& type);

/// Throws: Error (usage) for an algorithm or a quantization of layers that the network does not have.
void check_layers(const NetworkImpl& network, const Program& program, const FuseOptions& options);

}  // namespace reszoo::detail
