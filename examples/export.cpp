// Exports a network to TorchScript and ONNX, for any batch and image size. The files run without reszoo. Argument: the
// folder for the files.
#include <fmt/format.h>

#include "reszoo/export/onnx.h"
#include "reszoo/export/torchscript.h"
#include "reszoo/infer/script_model.h"
#include "reszoo/zoo/registry.h"

using namespace reszoo;

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
  auto network =
      create_model("resnet18", ImageOptions{.outputs = 10});  // load_weights(network, "file") loads trained ones

  export_torchscript(network, folder / "resnet18.pt");  // loads the file again and compares the outputs
  const ScriptModel script(folder / "resnet18.pt");     // or torch.jit.load in Python
  torch::NoGradGuard no_grad;
  network->eval();
  for (const auto& [batch, height, width] : {std::tuple{1, 64, 64}, std::tuple{3, 90, 70}}) {
    const auto images = torch::rand({batch, 3, height, width});
    fmt::print("{} of {} x {}: the same answer {}\n", batch, height, width,
               torch::allclose(script.forward(images), network->forward(images), 1e-5, 1e-5));
  }

  export_onnx(network, folder / "resnet18.onnx", {.metadata = {{"classes", "a b c d e f g h i j"}}});
  fmt::print("onnx: {} bytes\n", std::filesystem::file_size(folder / "resnet18.onnx"));
}
