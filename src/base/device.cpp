#include "reszoo/base/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "reszoo/base/error.h"

namespace reszoo {

c10::Device parse_device(const std::string& text, int number) {
  const int gpus = at::hasCUDA() ? static_cast<int>(at::getNumGPUs()) : 0;
  if (text == "auto" && gpus == 0) return at::kCPU;
  if (text == "cpu") return at::kCPU;
  const bool numbered = text.starts_with("cuda:") && text.size() > 5 && text.size() < 8 &&
                        text.find_first_not_of("0123456789", 5) == std::string::npos;
  if (text != "auto" && text != "cuda" && !numbered)
    fail(ErrorKind::usage, "device: must be auto, cpu, cuda or cuda:<number>, got \"{}\"", text);
  const int index = numbered ? std::stoi(text.substr(5)) : gpus == 1 ? 0 : number;
  if (index >= gpus)
    fail(ErrorKind::device, "device: {} is not there, {}; use --device cpu",
         numbered || number == 0 ? text : fmt::format("cuda:{} for process {} of this machine", index, number),
         at::hasCUDA() ? fmt::format("this machine has {} GPUs", gpus) : "this LibTorch is built without CUDA");
  return {at::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

void set_num_threads(int threads) { at::set_num_threads(threads > 0 ? threads : available_cpus()); }

}  // namespace reszoo
