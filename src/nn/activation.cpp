#include "reszoo/nn/activation.h"

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/linear.h>

#include <charconv>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {

Activation Activation::parse(std::string_view text) {
  if (text == "none") return {Kind::none};
  if (text == "relu") return {Kind::relu};
  if (text == "gelu") return {Kind::gelu};
  if (text == "silu") return {Kind::silu};
  if (text == "leaky_relu") return {Kind::leaky_relu, 0.01};
  if (constexpr std::string_view prefix = "leaky_relu:"; text.starts_with(prefix)) {
    double slope = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + prefix.size(), end, slope);
    if (error == std::errc() && stop == end) return {Kind::leaky_relu, slope};
  }
  fail(ErrorKind::usage, "Activation: must be relu, gelu, silu, leaky_relu:<slope> or none, got \"{}\"{}", text,
       suggestion(text, {"relu", "gelu", "silu", "leaky_relu:0.01", "none"}));
}

std::string Activation::text() const {
  switch (kind) {
    case Kind::none: return "none";
    case Kind::relu: return "relu";
    case Kind::gelu: return "gelu";
    case Kind::silu: return "silu";
    case Kind::leaky_relu: return fmt::format("leaky_relu:{}", slope);
  }
  fail(ErrorKind::usage, "Activation: unknown kind {}", static_cast<int>(kind));
}

AnyModule Activation::build() const {
  switch (kind) {
    case Kind::none: return AnyModule(nn::Identity());
    case Kind::relu: return AnyModule(nn::ReLU());
    case Kind::gelu: return AnyModule(nn::GELU());
    case Kind::silu: return AnyModule(nn::SiLU());
    case Kind::leaky_relu: return AnyModule(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(slope)));
  }
  fail(ErrorKind::usage, "Activation: unknown kind {}", static_cast<int>(kind));
}

}  // namespace reszoo
