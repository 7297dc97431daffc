#include "numpy_pickle.h"

#include "numpy_arrays.h"

namespace reszoo {
namespace {

StateDict without_momentum(const StateDict& state) {
  StateDict weights("key");
  for (const auto& item : state)
    if (!item.key().ends_with("_momentum")) weights.insert(item.key(), item.value());
  return weights;
}

}  // namespace

bool is_pickle(const Bytes& bytes, const std::string&) {
  const auto start = bytes.view();
  return start.size() > 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
}

StateDict read_numpy_pickle(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  const auto pickle = read_pickle(bytes.view(), source);
  if (pickle.size != bytes.size())
    fail(ErrorKind::file, "{}: {} bytes follow the end of its pickle, the file is damaged", source,
         bytes.size() - pickle.size);
  NumpyArrays arrays(pickle, source, bytes.size());
  return without_momentum(pickled_state(pickle, arrays.tensors(), source, options));
}

Tensor pickled_array(const Pickle& pickle, PickleRef place, const std::string& source, size_t file_size) {
  NumpyArrays arrays(pickle, source, file_size);
  if (!arrays.is_array(place)) fail(ErrorKind::file, "{}: the pickle has no NumPy array where one is needed", source);
  return arrays.make(place, "data");
}

}  // namespace reszoo
