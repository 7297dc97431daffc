#include "reszoo/nn/members.h"

#include <torch/nn/modules/linear.h>

#include <algorithm>

#include "reszoo/base/names.h"
#include "reszoo/nn/n_linear.h"

namespace reszoo {
namespace {

constexpr Named<EnsembleKind> kEnsembles[] = {
    {"tabm", EnsembleKind::tabm}, {"mini", EnsembleKind::mini}, {"packed", EnsembleKind::packed}};

}  // namespace

EnsembleKind parse_ensemble(std::string_view text) { return parse_name("ensemble", kEnsembles, text); }

std::string text_of(EnsembleKind kind) { return name_of(kEnsembles, kind); }

AnyModule Members::linear(int64_t in, int64_t out, bool bias) const {
  if (count == 0) return AnyModule(nn::Linear(nn::LinearOptions(in, out).bias(bias)));
  const MemberLinearOptions options{.members = count, .in = in, .out = out, .bias = bias};
  switch (kind) {
    case EnsembleKind::tabm: return AnyModule(BatchEnsembleLinear(options));
    case EnsembleKind::mini: return AnyModule(SharedLinear(options));
    case EnsembleKind::packed:
      return AnyModule(NLinear(NLinearOptions{.layers = count, .in = in, .out = out, .bias = bias, .flat = true}));
  }
  fail(ErrorKind::usage, "Members: unknown kind {}", static_cast<int>(kind));
}

AnyModule Members::first_linear(int64_t in, int64_t out, ScaleInit init, const std::vector<int64_t>& chunks) const {
  if (count == 0 || kind != EnsembleKind::tabm) return linear(in, out);
  return AnyModule(
      BatchEnsembleLinear(MemberLinearOptions{.members = count, .in = in, .out = out, .init = init, .chunks = chunks}));
}

AnyModule Members::input_adapter(int64_t in, ScaleInit init, const std::vector<int64_t>& chunks) const {
  if (count == 0 || kind != EnsembleKind::mini) return AnyModule(nn::Identity());
  return AnyModule(MemberScale(MemberScaleOptions{.members = count, .width = in, .init = init, .chunks = chunks}));
}

AnyModule Members::last_linear(int64_t in, int64_t out) const {
  if (count == 0) return AnyModule(nn::Linear(in, out));
  return AnyModule(NLinear(NLinearOptions{.layers = count, .in = in, .out = out}));
}

AnyModule Members::norm(const Norm& norm, int64_t width) const {
  return norm.build(width, Layout::features, std::max<int64_t>(count, 1));
}

}  // namespace reszoo
