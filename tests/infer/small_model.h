// A small image model of two classes.
#pragma once
#include "reszoo/infer/model.h"
#include "support/fixture.h"

namespace reszoo::test {

inline Model small_model(const ModelOptions& options = ImageOptions{.outputs = 2}) {
  Model model{.name = "cifar_resnet20", .options = options, .networks = {create_model("cifar_resnet20", options)}};
  fill_module(*model.network());
  model.network()->eval();
  model.image = ImagePreprocess{.resize = 32, .crop = 32};
  model.target = Target::fit(Column::of_text("class", {"cat", "dog"}));
  return model;
}

}  // namespace reszoo::test
