// Never compiled. Contains errors that tests/structure must find, and similar code that is correct.
#include <string>

namespace reszoo::detail {

struct alignas(64) ConvShape final {
  ConvShape() : columns{1} {}
  int columns = 0;
};

template <typename T>
T scaled(T value, std::string const& by) {
  return value + 1;
}

void overloaded(double) {}
static int of_this_file() { return 2; }

}  // namespace reszoo::detail

namespace reszoo {
namespace {
struct Local { int other; };
int helper() { return 2; }
const auto kNames = [] { return "struct Declared {"; }();
}  // namespace

struct Row {};
using Name = std::string;
struct Declared {};

}  // namespace reszoo
