/// Saves and restores the states of random generators.
#pragma once
#include <ATen/Context.h>

#include <optional>
#include <vector>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Returns the generators that modules use by default: the CPU's and, for a GPU, the GPU's.
inline std::vector<at::Generator> default_generators(const std::optional<torch::Device>& device) {
  std::vector<at::Generator> generators{at::globalContext().defaultGenerator(at::kCPU)};
  if (device && device->is_cuda()) generators.push_back(at::globalContext().defaultGenerator(*device));
  return generators;
}

/// Returns the state of each generator, for `set_states`.
inline std::vector<Tensor> states_of(const std::vector<at::Generator>& generators) {
  std::vector<Tensor> states;
  for (const auto& generator : generators) states.push_back(generator.get_state());
  return states;
}

inline void set_states(std::vector<at::Generator>& generators, const std::vector<Tensor>& states) {
  for (size_t i = 0; i < generators.size(); ++i) generators[i].set_state(states[i]);
}

/// Restores the states of generators when it goes out of scope.
class GeneratorGuard {
 public:
  explicit GeneratorGuard(std::vector<at::Generator> generators)
      : generators_(std::move(generators)), states_(states_of(generators_)) {}
  GeneratorGuard(const GeneratorGuard&) = delete;
  GeneratorGuard& operator=(const GeneratorGuard&) = delete;
  ~GeneratorGuard() { set_states(generators_, states_); }

 private:
  std::vector<at::Generator> generators_;
  std::vector<Tensor> states_;
};

}  // namespace reszoo
