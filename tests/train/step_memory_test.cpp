// The memory of training steps of images.
#include "train/step_memory.h"

#include <gtest/gtest.h>

using namespace reszoo::detail;

TEST(StepMemory, TensorsOfTheNextStepTakeTheSameBlocks) {
  const auto memory = c10::make_intrusive<StepMemory>();
  memory->begin_step();
  auto x = memory->empty({8, 32, 64, 64});
  EXPECT_TRUE(x.is_contiguous(at::MemoryFormat::ChannelsLast));
  const auto* data = x.const_data_ptr();
  const auto held = memory->empty({8, 32, 64, 64});
  EXPECT_NE(held.const_data_ptr(), data);
  x.reset();
  memory->begin_step();
  EXPECT_EQ(memory->empty({32, 8, 64, 64}).const_data_ptr(), data) << "another shape of the same size";
  EXPECT_EQ(memory->empty({8, 32, 64, 64}, at::kBFloat16).dtype(), at::kBFloat16);
  EXPECT_EQ(memory->empty({3}).numel(), 3) << "a small tensor";
}

TEST(StepMemory, TensorsMayOutliveIt) {
  auto memory = c10::make_intrusive<StepMemory>();
  auto x = memory->empty({1 << 20});
  memory.reset();
  x.fill_(1);
  EXPECT_EQ(x.sum().item<double>(), 1 << 20);
}
