// Uses an installed reszoo::runtime.
#include <reszoo/runtime/runtime_model.h>

#include <iostream>

int main() {
  try {
    reszoo::RuntimeModel::load("nothing.safetensors");
  } catch (const std::exception& error) {
    std::cout << error.what() << "\n";
  }
}
