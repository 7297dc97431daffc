#include "reszoo/nn/activation.h"

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/linear.h>

#include <optional>

#include "reszoo/base/names.h"
#include "reszoo/base/number.h"

namespace reszoo {
namespace {

struct ActivationRow {
  std::string_view name;
  Activation::Kind value;
  AnyModule (*build)(double slope);
  std::optional<double> slope = {};  // the default; nothing if the activation has no slope
};

/// The table of activations. To add one, add a row here and a value of Activation::Kind.
const ActivationRow kActivations[] = {
    {"relu", Activation::Kind::relu, [](double) { return AnyModule(nn::ReLU()); }},
    {"gelu", Activation::Kind::gelu, [](double) { return AnyModule(nn::GELU()); }},
    {"silu", Activation::Kind::silu, [](double) { return AnyModule(nn::SiLU()); }},
    {"leaky_relu", Activation::Kind::leaky_relu,
     [](double slope) { return AnyModule(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(slope))); }, 0.01},
    {"none", Activation::Kind::none, [](double) { return AnyModule(nn::Identity()); }},
};

}  // namespace

Activation Activation::parse(std::string_view text) {
  const auto colon = text.find(':');
  for (const auto& row : kActivations) {
    if (row.name != text.substr(0, colon)) continue;
    if (colon == std::string_view::npos) return {row.value, row.slope.value_or(0)};
    const auto slope = number_in_text<double>(text.substr(colon + 1));
    if (slope && row.slope) return {row.value, *slope};
  }
  std::vector<std::string> spellings;
  for (const auto& row : kActivations) spellings.push_back(std::string(row.name) + (row.slope ? ":<slope>" : ""));
  refuse_name("Activation", spellings, text);
}

std::string Activation::text() const {
  const auto& row = row_of(kActivations, kind);
  return row.slope ? fmt::format("{}:{}", row.name, slope) : std::string(row.name);
}

AnyModule Activation::build() const { return row_of(kActivations, kind).build(slope); }

}  // namespace reszoo
