#include "opened.h"

#include "reszoo/base/error.h"

namespace reszoo::python {

Fusing fusing_of(bool fuse, bool autotune, const std::string& precision) {
  return {fuse, {.autotune = autotune, .precision = parse_precision(precision)}};
}

Model& Opened::model(const char* what) {
  auto* found = predictor.model();
  if (found == nullptr)
    fail(ErrorKind::usage, "{}: is for models with a network, not for TorchScript and compiled packages", what);
  return *found;
}

Opened opened(Predictor predictor, Fusing fusing) {
  auto* model = predictor.model();
  const bool precise = fusing.options.precision != Precision::automatic;
  if (precise && (model == nullptr || !fusing.fuse))
    fail(ErrorKind::usage, "precision: a network that is not fused computes in its own");
  if (model != nullptr) {
    for (auto& network : model->networks) network->eval();
    if (fusing.fuse) model->fuse(fusing.options);
  }
  return {std::move(predictor), std::move(fusing)};
}

}  // namespace reszoo::python
