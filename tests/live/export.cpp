// Writes the inputs of export.py: networks with hash-filled weights as ONNX and TorchScript, their keys, and their
// outputs.
//   live_rows                 prints the labels of all cases
//   live_rows LABEL FOLDER    writes the files of that case to the folder
#include <algorithm>
#include <iostream>

#include "export/cases.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/export/onnx.h"
#include "reszoo/export/torchscript.h"
#include "reszoo/weights/safetensors.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

void write_case(const ExportCase& wanted, const std::filesystem::path& folder) {
  torch::NoGradGuard no_grad;
  auto network = wanted.build_filled();
  export_onnx(network, folder / "network.onnx",
              {.external_weights = wanted.label == "resnet18", .metadata = {{"label", wanted.label}}});
  export_torchscript(network, folder / "network.pt", {.metadata = {{"label", wanted.label}}});
  write_file(folder / "keys.json", nlohmann::json(state_of(*network).keys()).dump());

  network->eval();
  const auto usual = std::min<int64_t>(registry().find(wanted.model).input.back(), 160);
  StateDict answers("key");
  const auto answer = [&](const std::string& name, const Tensor& input) {
    answers.insert("input." + name, input);
    answers.insert("logits." + name, network->forward(input));
  };
  answer("one", export_input(wanted, network, 1, usual, usual));
  const auto size = std::min<int64_t>(usual, 80);
  const bool even = needs_even_maps(wanted);
  answer("three", export_input(wanted, network, 3, even ? 96 : size + 3, even ? 128 : size + 22));
  write_safetensors(folder / "answers.safetensors", answers);
}

}  // namespace

int main(int argc, char** argv) {
  auto cases = all_rows();
  for (auto& other : other_parts()) cases.push_back(std::move(other));
  for (const auto& wanted : cases) {
    if (argc < 3) std::cout << wanted.label << "\n";
    else if (wanted.label == argv[1]) write_case(wanted, argv[2]);
  }
}
