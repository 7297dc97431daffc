#include "train/run_digest.h"

#include <ATen/ATen.h>
#include <torch/version.h>

#include <algorithm>

#include "reszoo/base/blocks.h"
#include "reszoo/base/bytes.h"
#include "reszoo/base/digest.h"
#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

constexpr int64_t kRowsOfDigest = 4096;

std::string digest_of_rows(const Tensor& all) {
  if (!all.defined()) return "none";
  const auto rows = all.size(0), step = std::max<int64_t>(rows / kRowsOfDigest, 1);
  const auto some = step == 1 ? all : selected_rows(all, at::arange(0, rows, step, all.options().dtype(at::kLong)));
  const auto bytes = some.detach().cpu().contiguous();
  return digest_of({{static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()}});
}

std::string digest_of_data(const Dataset& data) {
  return fmt::format("{} {} {}", digest_of_rows(data.inputs()), digest_of_rows(data.targets()),
                     digest_of_rows(data.weights()));
}

std::string digest_of_program() {
  try {
    return digest_of({Bytes::map("/proc/self/exe").view()});
  } catch (const Error&) {
    return "unknown";
  }
}

}  // namespace

nlohmann::ordered_json common_start(const nlohmann::ordered_json& settings, const Dataset& train,
                                    const std::optional<Dataset>& validation) {
  auto start = settings;
  start["LibTorch"] = TORCH_VERSION;
  start["digest of the program"] = digest_of_program();
  start["digest of the training data"] = digest_of_data(train);
  if (validation) start["digest of the validation data"] = digest_of_data(*validation);
  return start;
}

}  // namespace reszoo::detail
