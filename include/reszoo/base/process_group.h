/// Processes that compute together.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace reszoo {

using at::Tensor;

/// Sums the gradients of a backward pass over all processes, while the pass still runs.
class GradientSum {
 public:
  virtual ~GradientSum() = default;

  /// Runs the backward pass of `loss`, a scalar. Afterwards the gradient of each parameter is the sum over the
  /// processes. Gradients that earlier passes have added are part of it. Every process must call it.
  /// Throws: Error (input) that names the processes that were lost.
  virtual void backward(const Tensor& loss) = 0;
};

/// A group of processes that run the same program, each on its part of the data. Every process must make the same
/// calls in the same order. `connect` of reszoo::distributed makes one.
///
/// Sums depend on the number of processes and the shapes alone: the same call gives the same bits, and all processes
/// get the same. Throws, for all calls: Error (input) that names the processes that were lost or did not answer in
/// time, with their host and the step.
class ProcessGroup {
 public:
  virtual ~ProcessGroup() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  bool is_first() const { return rank() == 0; }

  /// The host on which a rank runs.
  virtual std::string host(int rank) const = 0;
  /// Where the run is, for errors: "epoch 2, step 31".
  virtual void set_position(std::string position) = 0;

  /// Adds the tensors of all processes, in place. One call is one message.
  virtual void all_reduce(Tensor& tensor) = 0;
  /// Overwrites the tensors with those of `root`.
  virtual void broadcast(const std::vector<Tensor>& tensors, int root = 0) = 0;
  /// Sends one tensor to another process and receives one of the same shape and type from it.
  virtual Tensor exchange(const Tensor& tensor, int with) = 0;
  /// Returns the bytes of every process, by rank.
  virtual std::vector<std::string> gather(const std::string& bytes) = 0;
  /// Returns the tensors of all processes, by rank, joined along dimension 0, in which they may differ.
  virtual Tensor gather(const Tensor& rows) = 0;
  /// Waits for all processes.
  virtual void barrier() = 0;
  /// Whether any process says yes.
  virtual bool any(bool yes) = 0;

  /// Tells the others why this process ends: their next call throws that. Not a call that all must make.
  virtual void report(const std::string& error) noexcept = 0;

  /// Returns a sum of gradients for these parameters, in the order of registration. `all_used`: whether every backward
  /// pass reaches all of them.
  virtual std::unique_ptr<GradientSum> gradient_sum(const std::vector<Tensor>& parameters, bool all_used) = 0;
};

}  // namespace reszoo
