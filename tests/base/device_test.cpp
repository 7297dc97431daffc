// Devices by name, and the number of threads.
#include "reszoo/base/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Device, IsReadFromText) {
  EXPECT_TRUE(parse_device("cpu").is_cpu());
  EXPECT_EQ(parse_device("auto").is_cuda(), at::hasCUDA() && at::getNumGPUs() > 0);
  for (const auto* text : {"", "gpu", "cuda:", "cuda:x", "cuda:100", "cuda:-1", "CPU"})
    expect_error_parts(ErrorKind::usage, {"device: must be auto, cpu, cuda or cuda:<number>", text},
                       [&] { parse_device(text); });
}

TEST(Device, AGpuThatIsNotThereIsNamed) {
  expect_error_parts(ErrorKind::device, {"cuda:99 is not there", "use --device cpu"}, [] { parse_device("cuda:99"); });
}

TEST(Device, ThreadsAreThoseAskedForOrAllCpus) {
  const auto before = at::get_num_threads();
  EXPECT_GE(available_cpus(), 1);
  set_num_threads(1);
  EXPECT_EQ(at::get_num_threads(), 1);
  set_num_threads(0);
  EXPECT_EQ(at::get_num_threads(), available_cpus());
  set_num_threads(before);
}
