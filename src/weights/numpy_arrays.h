// Creates tensors from the NumPy arrays of a pickle.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pickle.h"
#include "pickled_state.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {

/// Converts the arrays of one pickle to tensors.
class NumpyArrays {
 public:
  /// All arrays together may not have more bytes than the file.
  NumpyArrays(const Pickle& pickle, const std::string& source, uint64_t file_size)
      : pickle_(pickle), source_(source), bytes_left_(file_size) {}

  bool is_array(PickleRef place) const;
  /// Returns the number of its dimensions; 0 if its description is damaged.
  size_t rank(PickleRef place) const;
  /// Returns the tensor of an array. An array with two names becomes one tensor.
  /// Throws: Error (file).
  Tensor make(PickleRef place, const std::string& key);

  /// The arrays as the tensors of a checkpoint. They refer to this object.
  PickledTensors tensors();

 private:
  Tensor read(PickleRef place);
  template <typename... Args>
  [[noreturn]] void reject(fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorKind::file, "{}: array \"{}\": {}", source_, key_, fmt::format(format, std::forward<Args>(args)...));
  }
  const std::vector<PickleRef>& items(PickleRef tuple, size_t count) const;
  std::string_view text_of(PickleRef place) const;
  Tensor array(PickleRef content, PickleRef type, PickleRef shape, bool fortran);
  at::ScalarType type_of(PickleRef type) const;
  std::vector<int64_t> sizes_of(PickleRef shape) const;
  void check_size(const std::vector<int64_t>& sizes, size_t element, size_t found) const;
  std::string_view bytes_of(PickleRef place, std::string& decoded) const;

  const Pickle& pickle_;
  const std::string& source_;
  uint64_t bytes_left_;
  std::unordered_map<PickleRef, Tensor> made_;
  std::string key_;  // key of the current array, for messages
};

}  // namespace reszoo
