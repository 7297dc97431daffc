// Never compiled. Contains errors that tests/structure must find.
#include <arrow/api.h>

#include "../preprocess/layers.h"
#include "reszoo/base/error.h"
#include "reszoo/zoo/registry.h"
