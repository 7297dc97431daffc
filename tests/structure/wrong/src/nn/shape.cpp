namespace reszoo::detail {
namespace {

struct Inner {};

int helper(int x) {
  return x;
}

}  // namespace

int area(const Shape& shape, int columns) {
  return shape.rows * columns;
}

}  // namespace reszoo::detail
