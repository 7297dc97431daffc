/// The options of `fuse`, checked against the network.
#pragma once
#include "fusion/program.h"
#include "reszoo/fusion/fused.h"

namespace reszoo::detail {

/// The device and the type of the network's parameters.
/// Throws: Error (device) if there are several, or one that cannot be fused.
TensorType type_of(const Network& network);

/// Resolves `Precision::automatic` to a type.
/// Throws: Error (device, usage) for a type that this network, device or LibTorch does not have.
Precision precision_of(const Network& network, const FuseOptions& options, const TensorType& type);

/// Throws: Error (usage) for an algorithm or a quantization of layers that the network does not have.
void check_layers(const NetworkImpl& network, const Program& program, const FuseOptions& options);

}  // namespace reszoo::detail
