#include "distributed/c10d_group.h"

#include <ATen/ATen.h>

#include <cstring>
#include <string_view>

namespace reszoo::detail {
namespace {

Tensor bytes_tensor(const std::string& bytes) {
  auto tensor = at::empty({static_cast<int64_t>(bytes.size())}, at::kByte);
  std::memcpy(tensor.mutable_data_ptr(), bytes.data(), bytes.size());
  return tensor;
}

}  // namespace

C10dGroup::C10dGroup(C10dPtr group, StorePtr store, std::vector<std::string> hosts)
    : group_(std::move(group)), hosts_(hosts), pulse_(std::move(store), group_->getRank(), std::move(hosts)) {}

/// Gloo's errors are std::runtime_error: only their text tells them from others of a backward pass.
bool C10dGroup::is_of_connection(const std::exception& error) {
  if (dynamic_cast<const c10::DistError*>(&error)) return true;
  const std::string_view text = error.what();
  return text.find("gloo") != std::string_view::npos || text.find("NCCL") != std::string_view::npos;
}

void C10dGroup::all_reduce(Tensor& tensor) {
  run([&] {
    std::vector<Tensor> tensors{tensor};
    group_->allreduce(tensors)->wait();
  });
}

void C10dGroup::broadcast(const std::vector<Tensor>& tensors, int root) {
  run([&] {
    for (const auto& tensor : tensors) {
      if (tensor.numel() == 0) continue;
      std::vector<Tensor> message{tensor.is_contiguous() ? tensor.detach() : tensor.detach().contiguous()};
      c10d::BroadcastOptions options;
      options.rootRank = root;
      group_->broadcast(message, options)->wait();
      const at::NoGradGuard no_grad;
      if (!message.front().is_alias_of(tensor)) tensor.detach().copy_(message.front());
    }
  });
}

Tensor C10dGroup::exchange(const Tensor& tensor, int with) {
  auto received = at::empty_like(tensor);
  run([&] {
    std::vector<Tensor> from{received}, to{tensor};
    // NCCL's calls of a device follow each other: both processes would first wait for the other to send.
    const bool together = tensor.is_cuda() && group_->getBackend(at::kCUDA)->supportsCoalescing();
    if (together) group_->startCoalescing(at::kCUDA);
    const auto receiving = group_->recv(from, with, 0);
    const auto sending = group_->send(to, with, 0);
    if (together) {
      group_->endCoalescing(at::kCUDA)->wait();
    } else {
      receiving->wait();
      sending->wait();
    }
  });
  return received;
}

/// Returns a number of each process.
std::vector<int64_t> C10dGroup::counts(int64_t own) {
  auto all = at::zeros({size()}, at::kLong);
  all[rank()].fill_(own);
  all_reduce(all);
  return {all.const_data_ptr<int64_t>(), all.const_data_ptr<int64_t>() + size()};
}

std::vector<std::string> C10dGroup::gather(const std::string& bytes) {
  const auto sizes = counts(static_cast<int64_t>(bytes.size()));
  const auto all = gather(bytes_tensor(bytes));
  std::vector<std::string> parts;
  const auto* next = reinterpret_cast<const char*>(all.const_data_ptr());
  for (const auto part : sizes) {
    parts.emplace_back(next, static_cast<size_t>(part));
    next += part;
  }
  return parts;
}

Tensor C10dGroup::gather(const Tensor& rows) {
  std::vector<Tensor> parts;
  auto sizes = rows.sizes().vec();
  const auto all = counts(rows.size(0));
  for (int root = 0; root < size(); ++root) {
    sizes.front() = all[static_cast<size_t>(root)];
    parts.push_back(root == rank() ? rows.contiguous() : at::empty(sizes, rows.options()));
    broadcast({parts.back()}, root);
  }
  return at::cat(parts);
}

void C10dGroup::barrier() { any(false); }

bool C10dGroup::any(bool yes) {
  auto flag = at::full({1}, yes ? 1 : 0, at::kLong);
  all_reduce(flag);
  return flag.item<int64_t>() > 0;
}

std::unique_ptr<GradientSum> C10dGroup::gradient_sum(const std::vector<Tensor>& parameters, bool all_used) {
  return make_reducer(*this, group_, parameters, all_used);
}

}  // namespace reszoo::detail
