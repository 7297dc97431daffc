#include "reszoo/train/fused_training.h"

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "reszoo/base/error.h"
#include "train/ensemble_fused.h"
#include "train/image_fused.h"
#include "train/tabular_fused.h"

namespace reszoo {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using MemoryPtr = c10::intrusive_ptr<FusedTraining::Memory>;

constexpr int64_t kAlignment = 16;  // floats per cache line

/// Allocates one tensor for the gradients of all wanted `parameters` and returns a view of it for each of them;
/// undefined for the others. A tensor from an earlier pass is not reused while someone holds it.
std::vector<Tensor> make_gradients(Tensor& flat, const variable_list& parameters, const std::vector<bool>& wanted) {
  std::vector<int64_t> begins;
  int64_t size = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    begins.push_back(size);
    if (wanted[i]) size += (parameters[i].numel() + kAlignment - 1) / kAlignment * kAlignment;
  }
  if (!flat.defined() || flat.numel() != size || flat.storage().use_count() > 1) flat = at::empty({size}, at::kFloat);
  std::vector<Tensor> gradients(parameters.size());
  for (size_t i = 0; i < parameters.size(); ++i)
    if (wanted[i]) gradients[i] = flat.narrow(0, begins[i], parameters[i].numel()).view(parameters[i].sizes());
  return gradients;
}

/// The computation of a `plan` as one node of the autograd graph.
struct TabularFunction : torch::autograd::Function<TabularFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, at::TensorList parameters,
                        const detail::TabularPlan* plan, const MemoryPtr* memory) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    // An alias, because the graph must not be kept alive by its own memory.
    auto outputs = plan->ensemble ? detail::ensemble_forward((*memory)->ensemble, *plan)
                                  : detail::pass_forward(**memory, *plan, x).alias();
    variable_list saved = parameters.vec();
    saved.push_back(x);
    context->save_for_backward(std::move(saved));
    context->saved_data["memory"] = c10::IValue::make_capsule(*memory);
    return outputs;
  }

  static variable_list backward(AutogradContext* context, const variable_list& output_gradients) {
    if (at::GradMode::is_enabled())
      fail(ErrorKind::usage, "FusedTraining: gradients of gradients are not computed; train with fast=false");
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    auto parameters = context->get_saved_variables();
    const auto x = parameters.back();
    parameters.pop_back();
    std::vector<bool> wanted;
    for (size_t i = 0; i < parameters.size(); ++i) wanted.push_back(context->needs_input_grad(i + 1));
    auto& memory = static_cast<FusedTraining::Memory&>(*context->saved_data["memory"].toCapsule());
    auto gradients = make_gradients(memory.gradients, parameters, wanted);
    const auto weights = detail::TabularTensors::from(parameters), to = detail::TabularTensors::from(gradients);
    const auto gradient = output_gradients[0].contiguous();
    const bool wants_input = context->needs_input_grad(0);
    const auto of_input = memory.is_ensemble
                              ? detail::ensemble_backward(memory.ensemble, weights, gradient, to, wants_input)
                              : detail::pass_backward(memory, weights, x, gradient, to, wants_input);
    gradients.insert(gradients.begin(), of_input);
    gradients.resize(gradients.size() + 2);  // the plan and the memory have no gradient
    return gradients;
  }
};

/// Returns the network in the model; empty if it is another module.
Network network_of(const AnyModule& model) { return Network(std::dynamic_pointer_cast<NetworkImpl>(model.ptr())); }

/// Returns the type of matrix products and convolutions: float32, or what autocast says.
at::ScalarType type_of_products(at::DeviceType device) {
  return at::autocast::is_autocast_enabled(device) ? at::autocast::get_autocast_dtype(device) : at::kFloat;
}

/// Whether the fused tabular passes accept x: float32 rows on the CPU.
bool fits(const Tensor& x, const NetworkImpl& network) {
  return x.dim() == 2 && x.size(0) > 0 && x.is_cpu() && x.scalar_type() == at::kFloat &&
         x.size(1) == network.input_spec().channels;
}

/// The same for images, which must be channels-last.
bool fits_images(const Tensor& x, const Network& network) {
  return at::GradMode::is_enabled() && x.dim() == 4 && x.is_cpu() && x.scalar_type() == at::kFloat &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast) && network->is_training() &&
         x.size(1) == network->input_spec().channels && detail::has_fused_images(network);
}

/// Makes the masks of each block.
template <typename Buffers>
void make_masks(Buffers& memory, const detail::TabularPlan& plan, uint64_t seed, int64_t step) {
  memory.dropout.clear();
  memory.residual_dropout.clear();
  int64_t layer = 0;
  for (const auto& block : plan.blocks) {
    memory.dropout.emplace_back(block.dropout, seed, step, layer++);
    memory.residual_dropout.emplace_back(block.residual_dropout, seed, step, layer++);
  }
}

Tensor encoded(const detail::TabularPlan& plan, Tensor x) {
  for (auto encoder : plan.encoders) x = encoder.forward(std::move(x));
  return x.contiguous();
}

/// Prepares a pass of a k-ensemble. Returns what its input layer reads: the columns of x, or encoded features.
Tensor enter_ensemble(detail::EnsembleMemory& memory, detail::TabularPlan& plan, const Tensor& x) {
  auto& embedding = plan.tensors.embedding;
  auto entering = x.contiguous();
  if (plan.columns && !x.requires_grad()) {
    memory.input.read(*plan.columns, embedding, entering);
  } else {
    embedding = {at::empty({0}), at::empty({0}), at::empty({0})};
    entering = encoded(plan, x);
    memory.input.take(entering.detach());
  }
  memory.fit(plan, x.size(0), memory.input.features);
  return entering;
}

}  // namespace

FusedTraining::FusedTraining(uint64_t seed) : seed_(seed) {}
FusedTraining::~FusedTraining() = default;
FusedTraining::FusedTraining(FusedTraining&&) noexcept = default;
FusedTraining& FusedTraining::operator=(FusedTraining&&) noexcept = default;

bool FusedTraining::applies(const AnyModule& model) {
  const auto network = network_of(model);
  return network && (detail::has_fused_images(network) || detail::plan_of(network, lower(network)));
}

Tensor FusedTraining::operator()(AnyModule& model, const Tensor& x, int64_t step) {
  const auto network = network_of(model);
  const auto type = type_of_products(x.device().type());
  if (network && fits_images(x, network) && (type == at::kFloat || type == at::kBFloat16)) {
    if (!images_) images_ = c10::make_intrusive<detail::StepMemory>();
    return detail::run_fused_images(network, x, type, images_);
  }
  const bool has_variance = x.dim() > 0 && x.size(0) > 1;
  if (!network || type != at::kFloat || !at::GradMode::is_enabled() || !has_variance || !fits(x, *network))
    return model.forward(x);
  auto plan = detail::plan_of(network, graphs_.graph_of(network));
  if (!plan) return model.forward(x);
  // A graph that still exists keeps its buffers.
  if (!memory_ || memory_.use_count() > 1) memory_ = c10::make_intrusive<Memory>();
  memory_->is_ensemble = plan->ensemble;
  const auto run = [&](const Tensor& entering) {
    return TabularFunction::apply(entering, at::TensorList(plan->tensors.list()), &*plan, &memory_);
  };
  if (plan->ensemble) {
    make_masks(memory_->ensemble, *plan, seed_, step);
    return run(enter_ensemble(memory_->ensemble, *plan, x));
  }
  make_masks(*memory_, *plan, seed_, step);
  const auto entering = encoded(*plan, x);
  memory_->fit(*plan, entering);
  return plan->output.forward(run(entering));
}

Tensor FusedTraining::evaluate(AnyModule& model, const Tensor& x) {
  const at::NoGradGuard no_grad;
  const auto network = network_of(model);
  if (!network || network->is_training() || !fits(x, *network)) return model.forward(x);
  auto plan = detail::plan_of(network, graphs_.graph_of(network), /*training=*/false);
  if (!plan || !plan->ensemble) return model.forward(x);
  if (!memory_ || memory_.use_count() > 1) memory_ = c10::make_intrusive<Memory>();
  make_masks(memory_->ensemble, *plan, seed_, 0);
  enter_ensemble(memory_->ensemble, *plan, x.detach());
  return detail::ensemble_forward(memory_->ensemble, *plan);
}

}  // namespace reszoo
