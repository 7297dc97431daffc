// Asks for published weights, as a user's program would.
#include <reszoo/hub/pretrained_config.h>

#include <iostream>

int main() { std::cout << reszoo::find_pretrained_config("resnet18").url << "\n"; }
