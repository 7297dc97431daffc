#include "reszoo/nn/activation_checkpoint.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

#include <cmath>

#include "generator_guard.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using torch::autograd::variable_list;

/// Steps that are recomputed together, and the state that their second run needs.
struct Segment : torch::CustomClassHolder {
  Steps steps;
  variable_list parameters;  // those that require a gradient
  std::vector<at::Generator> generators;
  std::vector<Tensor> states;  // states of the generators before the first run
};

/// Restores the buffers of modules when it goes out of scope.
class BufferGuard {
 public:
  explicit BufferGuard(const Steps& steps) {
    for (const auto& step : steps)
      for (const auto& buffer : step.module().ptr()->buffers()) saved_.emplace_back(buffer, buffer.clone());
  }
  BufferGuard(const BufferGuard&) = delete;
  BufferGuard& operator=(const BufferGuard&) = delete;
  ~BufferGuard() {
    const torch::NoGradGuard no_grad;
    for (auto& [buffer, value] : saved_) buffer.copy_(value);
  }

 private:
  std::vector<std::pair<Tensor, Tensor>> saved_;
};

/// The inputs are x and the parameters, so that `backward` returns gradients of the parameters even if x requires none.
struct Recompute : torch::autograd::Function<Recompute> {
  static Tensor forward(torch::autograd::AutogradContext* context, at::TensorList inputs,
                        const c10::intrusive_ptr<Segment>& segment) {
    context->save_for_backward(inputs.vec());
    context->saved_data["segment"] = c10::IValue::make_capsule(segment);
    return run(segment->steps, inputs[0]);
  }

  static variable_list backward(torch::autograd::AutogradContext* context, const variable_list& output_gradients) {
    if (at::GradMode::is_enabled())
      fail(ErrorKind::usage, "checkpoint: gradients of gradients need a network without checkpoint");
    auto& segment = static_cast<Segment&>(*context->saved_data["segment"].toCapsule());
    const auto inputs = context->get_saved_variables();  // throws if they were modified since
    const GeneratorGuard generators_as_found(segment.generators);
    const BufferGuard buffers_as_found(segment.steps);
    set_states(segment.generators, segment.states);
    const auto x = inputs[0].detach().set_requires_grad(inputs[0].requires_grad());
    variable_list wanted = segment.parameters;
    if (x.requires_grad()) wanted.insert(wanted.begin(), x);

    const torch::AutoGradMode with_graph(true);
    auto gradients = torch::autograd::grad({run(segment.steps, x)}, wanted, output_gradients, std::nullopt,
                                           /*create_graph=*/false, /*allow_unused=*/true);
    if (!x.requires_grad()) gradients.insert(gradients.begin(), Tensor());
    gradients.emplace_back();  // for the segment itself
    return gradients;
  }
};

Tensor run_segment(Steps steps, const Tensor& x) {
  auto segment = c10::make_intrusive<Segment>();
  for (const auto& step : steps)
    for (const auto& parameter : step.module().ptr()->parameters())
      if (parameter.requires_grad()) segment->parameters.push_back(parameter);
  segment->steps = std::move(steps);
  if (!x.requires_grad() && segment->parameters.empty()) return run(segment->steps, x);
  segment->generators = default_generators(x.device());
  segment->states = states_of(segment->generators);
  variable_list inputs = segment->parameters;
  inputs.insert(inputs.begin(), x);
  return Recompute::apply(at::TensorList(inputs), segment);  // a vector would not be recognised as tensors
}

}  // namespace

Tensor run_checkpointed(Steps& steps, Tensor x) {
  if (!at::GradMode::is_enabled()) return run(steps, std::move(x));
  const auto size = static_cast<size_t>(std::ceil(std::sqrt(static_cast<double>(steps.size()))));
  for (size_t first = 0; first < steps.size(); first += size) {
    const auto begin = steps.begin() + static_cast<std::ptrdiff_t>(first);
    x = run_segment(Steps(begin, begin + static_cast<std::ptrdiff_t>(std::min(size, steps.size() - first))), x);
  }
  return x;
}

}  // namespace reszoo
