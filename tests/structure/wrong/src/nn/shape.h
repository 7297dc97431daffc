namespace reszoo::detail {

struct Shape {
  int rows;
};

}  // namespace reszoo::detail
