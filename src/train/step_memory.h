/// The memory of a training step of images, kept for the next step.
#pragma once
#include <ATen/core/ivalue.h>

#include <map>
#include <mutex>

namespace reszoo::detail {

using at::Tensor;

/// Blocks that tensors of one step free and those of the next take again. glibc gives large blocks back to the system,
/// which then clears each page anew: with images of 224 pixels that takes a tenth of a step. A block is also made of
/// huge pages where the system has them.
///
/// Tensors may outlive a call of `begin_step`, and are freed on any thread.
class StepMemory : public torch::CustomClassHolder {
 public:
  StepMemory() = default;
  ~StepMemory() override;

  /// Gives back the blocks that no tensor took since the last call.
  void begin_step();

  /// Returns an uninitialised tensor. Small ones are LibTorch's own. With four sizes it is channels-last.
  Tensor empty(at::IntArrayRef sizes, at::ScalarType type = at::kFloat);

 private:
  struct Block {
    void* data;
    int64_t step;  ///< when it was last freed
  };

  void* take(size_t bytes, size_t* taken);
  void give(void* data, size_t bytes);

  std::mutex mutex_;
  std::multimap<size_t, Block> free_;
  int64_t step_ = 0;
};

using StepMemoryPtr = c10::intrusive_ptr<StepMemory>;

}  // namespace reszoo::detail
