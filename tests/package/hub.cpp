// Asks for published weights, as a user's program would.
#include <reszoo/hub/published.h>

#include <iostream>

int main() { std::cout << reszoo::find_published("resnet18").url << "\n"; }
