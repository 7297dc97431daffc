/// The names of ImageNet's classes.
#pragma once
#include <string>
#include <vector>

namespace reszoo {

/// Returns the names of the 1000 classes of ILSVRC 2012, in the order of a network's outputs. All names are different.
///
/// Source: torchvision 0.28, `meta["categories"]`.
const std::vector<std::string>& imagenet_classes();

}  // namespace reszoo
