// Uses published weights like a user's program.
#include <reszoo/hub/pretrained_config.h>

#include <iostream>

int main() { std::cout << reszoo::find_pretrained_config("resnet18").url << "\n"; }
