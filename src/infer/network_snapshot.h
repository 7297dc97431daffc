// Detects changes of a network.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "reszoo/nn/network.h"

namespace reszoo {

/// The modules and weights of a network at one time. It keeps them alive, so that a new object cannot have the address
/// of an old one.
class NetworkSnapshot {
 public:
  explicit NetworkSnapshot(const Network& network);

  /// Whether `network` still has the same modules, and the same unmodified weights. Changes of a module's options in
  /// place are not detected.
  bool is_current(const Network& network) const;

 private:
  struct Weight {
    Tensor tensor;
    const void* data;
    int64_t version;
    explicit Weight(const Tensor& weight);
    bool is_unchanged() const;
  };

  std::shared_ptr<nn::Module> root_;
  std::vector<std::shared_ptr<nn::Module>> modules_;
  std::vector<Weight> weights_;
};

}  // namespace reszoo
