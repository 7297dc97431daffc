/// Splits JSON text into its objects: one a line, in an array, or one after the other. Private.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "input.h"

namespace reszoo {

/// The objects of a text: JSON Lines, an array of objects, or objects over several lines.
class JsonObjects {
 public:
  /// The input must outlive the objects. Error messages begin with `subject`.
  JsonObjects(Input& input, std::string subject);

  /// Returns the next objects as text, about `size` bytes of them; none at the end. NaN and Infinity, which Python
  /// writes, become "". The texts are valid until the next call.
  /// Throws: Error (input) that names the row for text that is no object, or an object that does not end.
  std::vector<std::string_view> next(size_t size);

  /// Returns the index, from 1, of the first object that the last call of `next` returned.
  int64_t first_row() const { return first_row_; }

 private:
  std::vector<std::string_view> scan();
  size_t end_of_object(size_t begin);
  size_t blank_number(size_t place);
  void check_between(size_t place, int64_t row);
  [[noreturn]] void refuse(int64_t row, std::string_view what) const;

  Input& input_;
  std::string subject_, buffer_;
  size_t used_ = 0;  ///< bytes of the buffer that were already returned
  int64_t first_row_ = 1, next_row_ = 1;
  bool at_end_ = false, in_array_ = false, closed_ = false;
};

}  // namespace reszoo
