#include "reszoo/nn/members.h"

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/nn/n_linear.h"

namespace reszoo {
namespace {

const std::vector<std::string> kNames = {"tabm", "mini", "packed"};

}  // namespace

EnsembleKind parse_ensemble(std::string_view text) {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == text) return static_cast<EnsembleKind>(i);
  fail(ErrorKind::usage, "ensemble: must be {}, got \"{}\"{}", fmt::join(kNames, ", "), text, suggestion(text, kNames));
}

std::string text_of(EnsembleKind kind) { return kNames.at(static_cast<size_t>(kind)); }

AnyModule Members::linear(int64_t in, int64_t out, bool bias) const {
  if (count == 0) return AnyModule(nn::Linear(nn::LinearOptions(in, out).bias(bias)));
  const auto options = MemberLinearOptions(count, in, out).bias(bias);
  switch (kind) {
    case EnsembleKind::tabm: return AnyModule(BatchEnsembleLinear(options));
    case EnsembleKind::mini: return AnyModule(SharedLinear(options));
    case EnsembleKind::packed: return AnyModule(NLinear(NLinearOptions(count, in, out).bias(bias).flat(true)));
  }
  fail(ErrorKind::usage, "Members: unknown kind {}", static_cast<int>(kind));
}

AnyModule Members::first_linear(int64_t in, int64_t out, ScaleStart start, const std::vector<int64_t>& chunks) const {
  if (count == 0 || kind != EnsembleKind::tabm) return linear(in, out);
  return AnyModule(BatchEnsembleLinear(MemberLinearOptions(count, in, out).start(start).chunks(chunks)));
}

AnyModule Members::entrance(int64_t in, ScaleStart start, const std::vector<int64_t>& chunks) const {
  if (count == 0 || kind != EnsembleKind::mini) return AnyModule(nn::Identity());
  return AnyModule(MemberScale(MemberScaleOptions(count, in).start(start).chunks(chunks)));
}

AnyModule Members::last_linear(int64_t in, int64_t out) const {
  if (count == 0) return AnyModule(nn::Linear(in, out));
  return AnyModule(NLinear(NLinearOptions(count, in, out)));
}

AnyModule Members::norm(const Norm& norm, int64_t width) const {
  if (count == 0) return norm.build(width, Layout::rows);
  norm.build(width, Layout::rows);  // refuses what one network would refuse
  // A layer norm of each member is a group norm whose groups are the members.
  const int64_t groups = norm.kind == Norm::Kind::layer ? count : norm.kind == Norm::Kind::group ? norm.groups * count : 0;
  if (groups > 0) return AnyModule(nn::GroupNorm(nn::GroupNormOptions(groups, count * width)));
  return norm.build(count * width, Layout::rows);
}

}  // namespace reszoo
