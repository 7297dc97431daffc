#include "reszoo/nn/member_linear.h"

#include <cmath>
#include <numeric>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

void check_members(const char* name, int64_t members, int64_t width, const std::vector<int64_t>& chunks) {
  if (members < 1 || width < 1)
    fail(ErrorKind::usage, "{}: members and width must be 1 or more, got members={}, width={}", name, members, width);
  const auto sum = std::accumulate(chunks.begin(), chunks.end(), int64_t{0});
  if (!chunks.empty() && sum != width)
    fail(ErrorKind::usage, "{}: chunks must sum to the width, got sum={}, width={}", name, sum, width);
}

/// Draws one scale for each member and chunk. Shape: (members, width).
Tensor member_scales(int64_t members, int64_t width, ScaleInit init, const std::vector<int64_t>& chunks) {
  if (init == ScaleInit::ones) return torch::ones({members, width});
  const auto count = chunks.empty() ? width : static_cast<int64_t>(chunks.size());
  auto drawn = torch::empty({members, count});
  if (init == ScaleInit::normal) drawn.normal_();
  else drawn = drawn.uniform_(-1, 1).ge(0).to(torch::kFloat) * 2 - 1;
  if (chunks.empty()) return drawn;
  std::vector<Tensor> parts;
  for (size_t i = 0; i < chunks.size(); ++i)
    parts.push_back(drawn.narrow(1, static_cast<int64_t>(i), 1).expand({-1, chunks[i]}));
  return torch::cat(parts, 1);
}

Tensor linear_uniform(at::IntArrayRef shape, int64_t in) {
  const double bound = 1 / std::sqrt(static_cast<double>(in));
  return torch::empty(shape).uniform_(-bound, bound);
}

void print_member_linear(std::ostream& stream, const char* name, const MemberLinearOptions& options) {
  stream << name << "(" << options.in << ", " << options.out << ", members=" << options.members
         << ", bias=" << std::boolalpha << options.bias << ")";
}

}  // namespace

MemberScaleImpl::MemberScaleImpl(const MemberScaleOptions& options_) : options(options_) {
  check_members("MemberScale", options.members, options.width, options.chunks);
  reset();
}

void MemberScaleImpl::reset() {
  weight = register_parameter("weight", member_scales(options.members, options.width, options.init, options.chunks));
}

Tensor MemberScaleImpl::forward(const Tensor& x) { return (x.unsqueeze(1) * weight).flatten(1); }

void MemberScaleImpl::pretty_print(std::ostream& stream) const {
  stream << "MemberScale(" << options.width << ", members=" << options.members << ")";
}

BatchEnsembleLinearImpl::BatchEnsembleLinearImpl(const MemberLinearOptions& options_) : options(options_) {
  check_members("BatchEnsembleLinear", options.members, std::min(options.in, options.out), {});
  check_members("BatchEnsembleLinear", options.members, options.in, options.chunks);
  reset();
}

void BatchEnsembleLinearImpl::reset() {
  const auto members = options.members;
  weight = register_parameter("weight", linear_uniform({options.out, options.in}, options.in));
  r = register_parameter("r", member_scales(members, options.in, options.init, options.chunks));
  s = register_parameter("s", torch::ones({members, options.out}));
  if (options.bias)
    bias = register_parameter("bias", linear_uniform({1, options.out}, options.in).expand({members, -1}).clone());
}

Tensor BatchEnsembleLinearImpl::forward(const Tensor& x) {
  const auto scaled = x.reshape({-1, x.size(1) / options.in, options.in}) * r;  // (N, members, in)
  const auto y = torch::mm(scaled.view({-1, options.in}), weight.t()).view({-1, options.members, options.out});
  return (bias.defined() ? torch::addcmul(bias, y, s) : y * s).flatten(1);
}

void BatchEnsembleLinearImpl::pretty_print(std::ostream& stream) const {
  print_member_linear(stream, "BatchEnsembleLinear", options);
}

SharedLinearImpl::SharedLinearImpl(const MemberLinearOptions& options_) : options(options_) {
  check_members("SharedLinear", options.members, std::min(options.in, options.out), {});
  reset();
}

void SharedLinearImpl::reset() {
  weight = register_parameter("weight", linear_uniform({options.out, options.in}, options.in));
  if (options.bias) bias = register_parameter("bias", linear_uniform({options.out}, options.in));
}

Tensor SharedLinearImpl::forward(const Tensor& x) {
  return torch::linear(x.reshape({-1, options.in}), weight, bias).view({-1, options.members * options.out});
}

void SharedLinearImpl::pretty_print(std::ostream& stream) const {
  print_member_linear(stream, "SharedLinear", options);
}

}  // namespace reszoo
