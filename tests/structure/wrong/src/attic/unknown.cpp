// Never compiled: what tests/structure must find.
#include <vector>
