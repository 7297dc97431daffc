// Devices by name, and the number of threads.
#include "reszoo/base/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

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

namespace {

/// A folder with the files of `proc` and `sys` that tell of control groups.
class GroupFiles {
 public:
  GroupFiles(const std::string& groups, const std::string& mounts) {
    write("proc/self/cgroup", groups);
    write("proc/self/mountinfo", mounts);
  }
  void write(const std::string& name, const std::string& text) {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  double quota() const { return cpu_quota(folder_.path()); }

 private:
  TempDir folder_;
};

const char* const kSecondMount = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";

}  // namespace

TEST(CpuQuota, IsTheSmallestOfTheGroupsThatHoldTheProcess) {
  GroupFiles files("0::/pods/one\n", kSecondMount);
  EXPECT_TRUE(std::isinf(files.quota()));
  files.write("sys/fs/cgroup/pods/one/cpu.max", "max 100000\n");
  EXPECT_TRUE(std::isinf(files.quota()));
  files.write("sys/fs/cgroup/pods/cpu.max", "250000 100000\n");
  EXPECT_EQ(files.quota(), 2.5);
  files.write("sys/fs/cgroup/pods/one/cpu.max", "50000 100000\n");
  EXPECT_EQ(files.quota(), 0.5);
}

TEST(CpuQuota, AContainerSeesItsOwnGroupAsTheRoot) {
  GroupFiles inside("0::/\n", kSecondMount);
  inside.write("sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(inside.quota(), 1.5);
  GroupFiles outside("0::/../two\n", kSecondMount);
  outside.write("sys/fs/cgroup/cpu.max", "300000 100000\n");
  EXPECT_EQ(outside.quota(), 3);
}

TEST(CpuQuota, IsReadFromTheFirstVersionToo) {
  GroupFiles files("5:memory:/docker/a\n4:cpu,cpuacct:/docker/a\n0::/elsewhere\n",
                   "31 30 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                   "32 30 0:28 /docker/a /sys/fs/cgroup/cpu,cpuacct ro shared:9 - cgroup cgroup rw,cpu,cpuacct\n");
  files.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  files.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_TRUE(std::isinf(files.quota()));
  files.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "125000\n");
  EXPECT_EQ(files.quota(), 1.25);
}

TEST(CpuQuota, FilesThatSayNothingSetNoLimit) {
  GroupFiles files("nonsense\n", std::string("short\n30 23 - cgroup2 cgroup2 rw\n") + kSecondMount);
  files.write("sys/fs/cgroup/cpu.max", "0 0\n");
  EXPECT_TRUE(std::isinf(files.quota()));
  EXPECT_TRUE(std::isinf(cpu_quota("/nowhere")));
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
