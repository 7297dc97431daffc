/// A network of a Python program. Private.
#pragma once
#include <string>

#include "reszoo/nn/network.h"
#include "reszoo/zoo/options.h"

namespace reszoo::python {

/// A network with what it was made from.
struct Made {
  Network network;
  std::string name;
  ModelOptions options;
};

}  // namespace reszoo::python
