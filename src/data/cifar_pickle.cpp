// The Python version of CIFAR: pickled dictionaries with the images as a NumPy array.
#include <torch/types.h>

#include "cifar_format.h"
#include "file_kind.h"
#include "reszoo/base/bytes.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "weights/numpy_pickle.h"
#include "weights/pickle.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// A pickled dictionary.
class PickledDictionary {
 public:
  explicit PickledDictionary(const fs::path& path)
      : path_(path.string()), bytes_(Bytes::map(path)), pickle_(read_pickle(bytes_.view(), path_)) {
    if (pickle_[pickle_.root].kind != PickleValue::Kind::dictionary)
      fail(ErrorKind::file, "{}: the pickle is no dictionary, this is no file of CIFAR", path_);
  }

  /// Returns the value of the first of these keys that there is.
  PickleRef at(std::initializer_list<std::string_view> keys) const {
    const auto& items = pickle_[pickle_.root].items;
    for (const auto key : keys)
      for (size_t i = 0; i + 1 < items.size(); i += 2)
        if (is_text(items[i]) && pickle_[items[i]].text == key) return items[i + 1];
    fail(ErrorKind::file, "{}: the pickle has no {}, this is no file of CIFAR", path_, *keys.begin());
  }

  /// Returns an array of the files' images. Shape: (N, 3072) uint8.
  Tensor images() const {
    auto images = pickled_array(pickle_, at({"data"}), path_, bytes_.size());
    if (images.scalar_type() != torch::kUInt8 || images.dim() != 2 || images.size(1) != kCifarPixels ||
        images.size(0) == 0)
      fail(ErrorKind::file, "{}: data must be (N, {}) of uint8, got ({})", path_, kCifarPixels,
           fmt::join(images.sizes(), ", "));
    return images.view({-1, 3, kCifarSide, kCifarSide});
  }

  Tensor integers(std::initializer_list<std::string_view> keys) const {
    const auto& items = list_at(keys);
    auto numbers = torch::empty({std::ssize(items)}, torch::kInt64);
    for (size_t i = 0; i < items.size(); ++i) {
      if (pickle_[items[i]].kind != PickleValue::Kind::integer)
        fail(ErrorKind::file, "{}: {} must be whole numbers", path_, *keys.begin());
      numbers.mutable_data_ptr<int64_t>()[i] = pickle_[items[i]].integer;
    }
    return numbers;
  }

  std::vector<std::string> texts(std::initializer_list<std::string_view> keys) const {
    std::vector<std::string> texts;
    for (const auto item : list_at(keys)) {
      if (!is_text(item) || !is_utf8(pickle_[item].text))
        fail(ErrorKind::file, "{}: {} must be texts", path_, *keys.begin());
      texts.emplace_back(pickle_[item].text);
    }
    return texts;
  }

 private:
  /// Python 3 reads the text of Python 2 as bytes, and may have written it again so.
  bool is_text(PickleRef place) const {
    const auto kind = pickle_[place].kind;
    return kind == PickleValue::Kind::text || kind == PickleValue::Kind::bytes;
  }

  const std::vector<PickleRef>& list_at(std::initializer_list<std::string_view> keys) const {
    const auto& value = pickle_[at(keys)];
    if (value.kind != PickleValue::Kind::list && value.kind != PickleValue::Kind::tuple)
      fail(ErrorKind::file, "{}: {} must be a list", path_, *keys.begin());
    return value.items;
  }

  std::string path_;
  Bytes bytes_;
  Pickle pickle_;
};

}  // namespace

bool is_cifar_pickle(const fs::path& path) {
  const auto start = start_of(path, 2);
  return start.size() == 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
}

ImageTensors read_cifar_pickle(const fs::path& path, const CifarFormat& format) {
  const PickledDictionary file(path);
  const auto labels = format.classes == 100 ? file.integers({"fine_labels"}) : file.integers({"labels"});
  ImageTensors set{file.images(), labels};
  if (set.images.size(0) != set.labels.size(0))
    fail(ErrorKind::file, "{}: has {} images and {} labels", path.string(), set.images.size(0), set.labels.size(0));
  return set;
}

std::vector<std::string> read_cifar_pickle_names(const fs::path& path) {
  return PickledDictionary(path).texts({"label_names", "fine_label_names"});
}

}  // namespace reszoo
