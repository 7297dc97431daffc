#include "reszoo/nn/piecewise_linear.h"

#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

void check_bins(const Bins& bins) {
  if (bins.empty()) fail(ErrorKind::usage, "PiecewiseLinearBins: needs the edges of a column or more, got none");
  for (size_t i = 0; i < bins.size(); ++i) {
    const auto& edges = bins[i];
    if (edges.size() < 2)
      fail(ErrorKind::usage, "PiecewiseLinearBins: a column needs two edges or more, got {} in column {}", edges.size(),
           i);
    for (size_t j = 0; j < edges.size(); ++j)
      if (!std::isfinite(edges[j]) || (j > 0 && static_cast<float>(edges[j - 1]) >= static_cast<float>(edges[j])))
        fail(ErrorKind::usage, "PiecewiseLinearBins: edges must be finite and ascend, got {} at {} in column {}",
             edges[j], j, i);
  }
}

Tensor bins_tensor(std::vector<float> values, int64_t columns) { return torch::tensor(values).view({columns, -1}); }

}  // namespace

PiecewiseLinearBinsImpl::PiecewiseLinearBinsImpl(Bins bins_) : bins(std::move(bins_)) {
  check_bins(bins);
  reset();
}

int64_t PiecewiseLinearBinsImpl::most_bins() const {
  size_t most = 0;
  for (const auto& edges : bins) most = std::max(most, edges.size() - 1);
  return static_cast<int64_t>(most);
}

std::vector<int64_t> PiecewiseLinearBinsImpl::bin_features() const {
  std::vector<int64_t> found;
  const int64_t most = most_bins();
  for (size_t i = 0; i < bins.size(); ++i) {
    const auto first = static_cast<int64_t>(i) * most;
    for (int64_t j = 0; j + 2 < static_cast<int64_t>(bins[i].size()); ++j) found.push_back(first + j);
    found.push_back(first + most - 1);
  }
  return found;
}

void PiecewiseLinearBinsImpl::reset() {
  const auto columns = static_cast<int64_t>(bins.size());
  const auto most = static_cast<size_t>(most_bins());
  std::vector<float> weights(bins.size() * most, 0), biases(weights);
  const auto kept = bin_features();
  for (size_t i = 0, next = 0; i < bins.size(); ++i)
    for (size_t j = 0; j + 1 < bins[i].size(); ++j, ++next) {
      const auto edge = static_cast<float>(bins[i][j]), width = static_cast<float>(bins[i][j + 1]) - edge;
      weights[static_cast<size_t>(kept[next])] = 1 / width;
      biases[static_cast<size_t>(kept[next])] = -edge / width;
    }
  weight = register_buffer("weight", bins_tensor(weights, columns));
  bias = register_buffer("bias", bins_tensor(biases, columns));
  std::vector<float> single, valid(weights.size(), 0);
  for (const auto& edges : bins) single.push_back(edges.size() == 2);
  for (const auto feature : kept) valid[static_cast<size_t>(feature)] = 1;
  if (std::count(single.begin(), single.end(), 1.0f) > 0)
    single_bin_mask = register_buffer("single_bin_mask", torch::tensor(single).to(torch::kBool));
  if (kept.size() < valid.size()) mask = register_buffer("mask", bins_tensor(valid, columns).to(torch::kBool));
  std::tie(lower_, upper_) = limits();
}

std::pair<Tensor, Tensor> PiecewiseLinearBinsImpl::limits() const {
  const auto most = static_cast<size_t>(most_bins());
  std::vector<float> lower(bins.size() * most, 0), upper(lower.size(), 1);
  for (size_t i = 0; i < bins.size(); ++i) {
    lower[i * most] = -kInfinity;
    upper[(i + 1) * most - 1] = kInfinity;
    if (bins[i].size() == 2) lower[(i + 1) * most - 1] = -kInfinity;
  }
  const auto columns = static_cast<int64_t>(bins.size());
  return {bins_tensor(lower, columns), bins_tensor(upper, columns)};
}

Tensor PiecewiseLinearBinsImpl::forward(const Tensor& x) {
  if (lower_.device() != x.device() || lower_.scalar_type() != x.scalar_type()) {
    lower_ = lower_.to(x.options());
    upper_ = upper_.to(x.options());
  }
  return torch::addcmul(bias, weight, x.unsqueeze(-1)).clamp(lower_, upper_);
}

void PiecewiseLinearBinsImpl::pretty_print(std::ostream& stream) const {
  stream << "PiecewiseLinearBins(" << bins.size() << " columns, " << most_bins() << " bins)";
}

void PiecewiseLinearEncodingImpl::reset() {
  impl = register_module("impl", PiecewiseLinearBins(bins));
  if (impl->mask.defined()) bin_features_ = torch::tensor(impl->bin_features(), torch::kLong);
}

Tensor PiecewiseLinearEncodingImpl::forward(const Tensor& x) {
  const auto all = impl(x).flatten(1);
  if (!bin_features_.defined()) return all;
  if (bin_features_.device() != x.device()) bin_features_ = bin_features_.to(x.device());
  return all.index_select(1, bin_features_);
}

PiecewiseLinearEmbeddingsImpl::PiecewiseLinearEmbeddingsImpl(PiecewiseLinearEmbeddingsOptions options_)
    : options(std::move(options_)) {
  if (options.width < 1)
    fail(ErrorKind::usage, "PiecewiseLinearEmbeddings: width must be 1 or more, got {}", options.width);
  reset();
}

void PiecewiseLinearEmbeddingsImpl::reset() {
  const bool b = options.version == PiecewiseLinearEmbeddingsOptions::Version::b;
  const auto columns = static_cast<int64_t>(options.bins.size());
  impl = PiecewiseLinearBins(options.bins);  // checks the bins
  const LinearEmbeddingsOptions linear_options{.columns = columns, .width = options.width};
  if (b) linear0 = register_module("linear0", LinearEmbeddings(linear_options));
  register_module("impl", impl);
  linear = register_module(
      "linear", NLinear(NLinearOptions{.layers = columns, .in = impl->most_bins(), .out = options.width, .bias = !b}));
  if (b) {
    const torch::NoGradGuard no_grad;
    linear->weight.zero_();
  }
  activation = options.activation ? AnyModule(nn::ReLU()) : AnyModule(nn::Identity());
  register_module("activation", activation.ptr());
}

Tensor PiecewiseLinearEmbeddingsImpl::forward(const Tensor& x) {
  const auto y = activation.forward(linear(impl(x)));
  return linear0.is_empty() ? y : linear0(x) + y;
}

void PiecewiseLinearEmbeddingsImpl::pretty_print(std::ostream& stream) const {
  stream << "PiecewiseLinearEmbeddings(" << options.width
         << ", version=" << (options.version == PiecewiseLinearEmbeddingsOptions::Version::b ? "b" : "a") << ")";
}

}  // namespace reszoo
