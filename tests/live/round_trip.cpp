// The C++ half of round_trip.py: round_trip MODEL OPTIONS IN.pth INPUT OUT.pth LOGITS
//
// Loads IN into the network, runs INPUT (safetensors, "input"), trains one step of SGD on it, writes OUT, and writes
// the logits before and after the step to LOGITS.
#include <iostream>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/zoo/registry.h"

using namespace reszoo;

namespace {

Tensor evaluate(Network& network, const Tensor& x) {
  const torch::NoGradGuard no_grad;
  network->eval();
  return network->forward(x);
}

void train_a_step(Network& network, const Tensor& x) {
  network->train();
  network->forward(x).square().mean().backward();
  const torch::NoGradGuard no_grad;
  for (auto& parameter : network->parameters()) parameter.sub_(parameter.grad(), 1e-3);
}

void round_trip(char** argv) {
  const std::string model = argv[1];
  const auto options = options_from_json(registry().find(model).domain, nlohmann::json::parse(argv[2]));
  auto network = create_model(model, options);
  load_weights(network, argv[3]);
  const auto x = read_safetensors(argv[4]).tensors["input"];
  StateDict logits("key");
  logits.insert("before", evaluate(network, x));
  train_a_step(network, x);
  write_pth(argv[5], state_of(*network));
  logits.insert("after", evaluate(network, x));
  write_safetensors(argv[6], logits);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  try {
    round_trip(argv);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << message_of(error) << "\n";
    return 1;
  }
}
