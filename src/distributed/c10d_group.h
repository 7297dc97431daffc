/// A ProcessGroup by LibTorch's c10d.
#pragma once
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>

#include "distributed/pulse.h"
#include "reszoo/base/error.h"
#include "reszoo/base/process_group.h"

namespace reszoo::detail {

using C10dPtr = c10::intrusive_ptr<c10d::ProcessGroup>;

class C10dGroup : public ProcessGroup {
 public:
  C10dGroup(C10dPtr group, StorePtr store, std::vector<std::string> hosts);

  int rank() const override { return group_->getRank(); }
  int size() const override { return group_->getSize(); }
  std::string host(int rank) const override { return hosts_.at(static_cast<size_t>(rank)); }
  void set_position(std::string position) override { pulse_.set_position(std::move(position)); }
  void all_reduce(Tensor& tensor) override;
  void broadcast(const std::vector<Tensor>& tensors, int root) override;
  Tensor exchange(const Tensor& tensor, int with) override;
  std::vector<std::string> gather(const std::string& bytes) override;
  Tensor gather(const Tensor& rows) override;
  void barrier() override;
  bool any(bool yes) override;
  void report(const std::string& error) noexcept override { pulse_.report(error); }
  std::unique_ptr<GradientSum> gradient_sum(const std::vector<Tensor>& parameters, bool all_used) override;

  /// Runs a call in which all processes take part.
  /// Throws: Error (input) that names the lost processes, if the connection fails.
  template <typename Call>
  void run(const Call& call) {
    pulse_.begin_call();
    try {
      call();
    } catch (const std::exception& error) {
      if (!is_of_connection(error)) throw;
      throw Error(ErrorKind::input, pulse_.find_fault(message_of(error)).line);
    }
  }

 private:
  static bool is_of_connection(const std::exception& error);
  std::vector<int64_t> counts(int64_t own);

  C10dPtr group_;
  std::vector<std::string> hosts_;
  Pulse pulse_;
};

/// Returns LibTorch's Reducer for the parameters, which the group outlives.
std::unique_ptr<GradientSum> make_reducer(C10dGroup& owner, const C10dPtr& group, const std::vector<Tensor>& parameters,
                                          bool all_used);

}  // namespace reszoo::detail
