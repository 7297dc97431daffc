namespace reszoo::detail {
namespace {

struct Inner {};

int helper(int x) {
  return x;
}

}  // namespace

struct Shape {
  int columns;
};

int area(const Shape& other, int rows) {
  return other.columns * rows;
}

int area(const Shape& shape) {
  return shape.columns;
}

}  // namespace reszoo::detail
