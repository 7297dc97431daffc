// The names of activations.
#include "reszoo/base/names.h"
#include "reszoo/runtime/weightless_ops.h"

namespace reszoo::ops {
namespace {

using Kind = Activation::Kind;

constexpr Named<Kind> kActivationKinds[] = {
    {"relu", Kind::relu}, {"leaky_relu", Kind::leaky_relu}, {"gelu", Kind::gelu},      {"gelu_tanh", Kind::gelu_tanh},
    {"silu", Kind::silu}, {"hard_swish", Kind::hard_swish}, {"sigmoid", Kind::sigmoid}};

}  // namespace

std::string name_of(Activation::Kind kind) { return reszoo::name_of(kActivationKinds, kind); }

Activation::Kind parse_activation_kind(const std::string& text) {
  return parse_name("activation", kActivationKinds, text);
}

}  // namespace reszoo::ops
