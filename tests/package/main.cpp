// Builds a network and extracts features like a user's program.
#include <reszoo/reszoo.h>

#include <iostream>

int main() {
  auto net = reszoo::create_model("cifar_resnet20");
  net->eval();
  torch::NoGradGuard no_grad;
  std::cout << net->features(torch::zeros({2, 3, 32, 32})).sizes() << "\n";
}
