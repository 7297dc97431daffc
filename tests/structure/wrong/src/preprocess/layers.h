// Never compiled: what tests/structure must find.
#include <torch/nn.h>
