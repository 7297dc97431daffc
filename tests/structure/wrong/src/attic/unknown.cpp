// Never compiled. Contains errors that tests/structure must find.
#include <vector>
