// Never compiled. Contains errors that tests/structure must find.
#include <arrow/api.h>

#include "reszoo/base/error.h"
#include "reszoo/zoo/registry.h"
#include "../preprocess/layers.h"
