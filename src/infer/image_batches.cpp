#include "reszoo/infer/image_batches.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <exception>
#include <vector>

#include "reszoo/base/parallel.h"

namespace reszoo {
namespace {

/// Number of images that are prepared and run together.
constexpr int64_t kImagesTogether = 32;

std::vector<at::Tensor> prepare_images(int64_t begin, int64_t end, const std::function<at::Tensor(int64_t)>& prepare) {
  std::vector<at::Tensor> inputs(static_cast<size_t>(end - begin));
  std::vector<std::exception_ptr> errors(inputs.size());
  parallel(end - begin, [&](int64_t task) {
    const auto i = static_cast<size_t>(task);
    try {
      inputs[i] = prepare(begin + task);
    } catch (...) {
      errors[i] = std::current_exception();
    }
  });
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
  return inputs;
}

}  // namespace

at::Tensor run_images(int64_t count, const std::function<at::Tensor(int64_t)>& prepare,
                      const std::function<at::Tensor(const at::Tensor&)>& run) {
  std::vector<at::Tensor> results;
  for (int64_t begin = 0; begin < count; begin += kImagesTogether) {
    const auto inputs = prepare_images(begin, std::min(begin + kImagesTogether, count), prepare);
    for (auto first = inputs.begin(); first != inputs.end();) {
      const auto end = std::find_if(first, inputs.end(), [&](const auto& x) { return x.sizes() != first->sizes(); });
      results.push_back(run(at::cat(std::vector<at::Tensor>(first, end))));
      first = end;
    }
  }
  if (results.empty()) return {};
  return results.size() == 1 ? results.front() : at::cat(results);
}

}  // namespace reszoo
