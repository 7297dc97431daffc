#include "reszoo/distributed/connect.h"

#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "distributed/c10d_group.h"
#include "distributed/nccl.h"

namespace reszoo {
namespace {

void check(const ProcessPlace& place, const ConnectOptions& options) {
  if (place.size < 1 || place.rank < 0 || place.rank >= place.size)
    fail(ErrorKind::usage, "connect: rank must be from 0 to {}, got {}", place.size - 1, place.rank);
  if (place.address.empty() || place.port < 1 || place.port > 65535)
    fail(ErrorKind::usage, "connect: the processes need an address and a port where they meet, got {}:{}",
         place.address, place.port);
  if (!(options.timeout > 0)) fail(ErrorKind::usage, "connect: timeout must be above 0, got {:g}", options.timeout);
  if (options.backend != "auto" && options.backend != "gloo" && options.backend != "nccl")
    fail(ErrorKind::usage, "connect: backend must be auto, gloo or nccl, got {}", options.backend);
  if (options.backend == "nccl" && !detail::has_nccl())
    fail(ErrorKind::usage, "connect: this LibTorch has no NCCL; use gloo");
}

/// Processes of one machine need no network, and the name of the machine may lead nowhere.
std::shared_ptr<gloo::transport::Device> device_of(const ProcessPlace& place, const std::string& interface) {
  using Gloo = c10d::ProcessGroupGloo;
  if (!interface.empty()) return Gloo::createDeviceForInterface(interface);
  return place.local_size == place.size ? Gloo::createDeviceForHostname("127.0.0.1") : Gloo::createDefaultDevice();
}

c10::intrusive_ptr<c10d::Backend> gloo_backend(const ProcessPlace& place, const detail::StorePtr& store,
                                               const ConnectOptions& options) {
  auto how = c10d::ProcessGroupGloo::Options::create(detail::milliseconds_of(options.timeout));
  try {
    how->devices.push_back(device_of(place, options.interface));
  } catch (const std::exception& error) {
    fail(ErrorKind::usage, "connect: no network interface {} ({})", options.interface, message_of(error));
  }
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.size, std::move(how));
}

}  // namespace

std::shared_ptr<ProcessGroup> connect(const ProcessPlace& place, const ConnectOptions& options) {
  using Type = c10d::ProcessGroup::BackendType;
  check(place, options);
  const auto store = detail::open_store(place, options.timeout);
  auto hosts = detail::meet(place, *store, options.timeout);
  const auto group = c10::make_intrusive<c10d::ProcessGroup>(store, place.rank, place.size);
  try {
    const auto cpu = gloo_backend(place, store, options);
    group->setBackend(at::kCPU, Type::GLOO, cpu);
    const bool nccl = options.backend != "gloo" && detail::has_nccl();
    if (nccl) group->setBackend(at::kCUDA, Type::NCCL, detail::nccl_backend(place, store, options));
    else group->setBackend(at::kCUDA, Type::GLOO, cpu);
    group->setDefaultBackend(nccl ? Type::NCCL : Type::GLOO);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail(ErrorKind::input, "rank {}: the processes cannot connect ({})", place.rank, message_of(error));
  }
  return std::make_shared<detail::C10dGroup>(group, store, std::move(hosts));
}

}  // namespace reszoo
