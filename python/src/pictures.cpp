#include "pictures.h"

#include <algorithm>

#include "module.h"
#include "reszoo/data/decode.h"

namespace reszoo::python {
namespace {

at::Tensor prepare(const ImagePreprocess& preprocess, const std::string& name, const nb::bytes& encoded) {
  return preprocess(*open_image(Bytes::view(encoded.data(), encoded.size()), name));
}

at::Tensor prepare(const ImagePreprocess& preprocess, const std::string&, const Pixels& pixels) {
  return preprocess(ImageView{.data = pixels.data(),
                              .height = static_cast<int64_t>(pixels.shape(0)),
                              .width = static_cast<int64_t>(pixels.shape(1)),
                              .channels = static_cast<int64_t>(pixels.shape(2))});
}

at::Tensor prepare(const ImagePreprocess& preprocess, const std::string&, const Values& values) {
  ImageValues image(static_cast<int64_t>(values.shape(0)), static_cast<int64_t>(values.shape(1)),
                    static_cast<int64_t>(values.shape(2)));
  std::copy_n(values.data(), image.values.size(), image.values.data());
  return preprocess(InMemoryValues(std::move(image)));
}

}  // namespace

at::Tensor prepared(const ImagePreprocess& preprocess, const Picture& picture) {
  return std::visit([&](const auto& content) { return prepare(preprocess, picture.name, content); }, picture.content);
}

void define_images(nb::module_& module) {
  nb::class_<Picture>(module, "Picture", "An image: encoded bytes, pixels or values.")
      .def_static(
          "of_bytes",
          [](std::string name, nb::bytes encoded) {
            return Picture{std::move(name), std::move(encoded)};
          },
          nb::arg("name"), nb::arg("encoded"))
      .def_static(
          "of_pixels",
          [](std::string name, Pixels pixels) {
            return Picture{std::move(name), std::move(pixels)};
          },
          nb::arg("name"), nb::arg("pixels"))
      .def_static(
          "of_values",
          [](std::string name, Values values) {
            return Picture{std::move(name), std::move(values)};
          },
          nb::arg("name"), nb::arg("values"));
}

}  // namespace reszoo::python
