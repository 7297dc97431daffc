#include "call.h"
#include "handles.h"
#include "options.h"
#include "reszoo/base/device.h"
#include "reszoo/base/precision.h"

namespace reszoo::c {
namespace {

/// Opens a file and prepares it for inference.
reszoo_model opened(const char* path, Options options) {
  PredictorOptions how;
  how.model = options.take<std::string>("model").value_or("");
  how.verify = options.take<bool>("verify").value_or(true);
  how.key = options.take<std::string>("key").value_or("");
  const auto fuse = options.take<bool>("fuse").value_or(true);
  const auto precision = parse_precision(options.take<std::string>("precision").value_or("automatic"));
  options.finish();
  if (!fuse && precision != Precision::automatic)
    fail(ErrorKind::usage, "options: \"precision\" needs \"fuse\", a network that is not fused computes in its own");
  auto predictor = open_predictor(path, how);
  if (auto* model = predictor.model()) {
    for (auto& network : model->networks) network->eval();
    if (fuse) model->fuse({.precision = precision});
  }
  return described(std::move(predictor));
}

}  // namespace
}  // namespace reszoo::c

using namespace reszoo;
using c::given;
using c::guarded;

const char* reszoo_version() { return RESZOO_VERSION; }

const char* reszoo_error() { return c::last_error(); }

reszoo_status reszoo_set_threads(int threads) {
  return guarded([&] {
    if (threads < 0) fail(ErrorKind::usage, "threads: must be 0 or more, got {}", threads);
    set_num_threads(threads);
  });
}

reszoo_status reszoo_load(const char* path, const char* options, reszoo_model** model) {
  return guarded([&] {
    auto& to = given(model, "model");
    to = new reszoo_model(c::opened(&given(path, "path"), c::Options(options)));
  });
}

reszoo_status reszoo_save(const reszoo_model* model, const char* path) {
  return guarded([&] {
    const auto* saved = given(model, "model").predictor.model();
    if (saved == nullptr) fail(ErrorKind::usage, "model: TorchScript and compiled packages are not written");
    saved->save(&given(path, "path"));
  });
}

void reszoo_free_model(reszoo_model* model) { delete model; }

const char* reszoo_describe(const reszoo_model* model) { return model == nullptr ? "" : model->card.c_str(); }
