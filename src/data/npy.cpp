#include "reszoo/data/npy.h"

#include <fmt/ranges.h>

#include "reszoo/base/atomic_file.h"

namespace reszoo {

void write_npy(const std::filesystem::path& path, const at::Tensor& tensor) {
  constexpr size_t kPrefix = 10, kAlignment = 64;  // bytes
  const auto data = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  auto text =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({},), }}", fmt::join(data.sizes(), ", "));
  text.append(kAlignment - (kPrefix + text.size() + 1) % kAlignment, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  header += text;
  write_file(path, {header, std::string_view(static_cast<const char*>(data.const_data_ptr()), data.nbytes())});
}

}  // namespace reszoo
