#include "npy_image.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "image_limits.h"
#include "reszoo/base/names.h"
#include "reszoo/base/number.h"
#include "sample_values.h"
#include "whole_image.h"

namespace reszoo {
namespace {

constexpr Named<SampleType> kNpyTypes[] = {{"u1", SampleType::u8},  {"u2", SampleType::u16}, {"u4", SampleType::u32},
                                           {"u8", SampleType::u64}, {"i1", SampleType::i8},  {"i2", SampleType::i16},
                                           {"i4", SampleType::i32}, {"i8", SampleType::i64}, {"f2", SampleType::f16},
                                           {"f4", SampleType::f32}, {"f8", SampleType::f64}, {"b1", SampleType::u8}};

/// Returns whether the first of three axes holds the channels: two equal axes are rows and columns; else the channels
/// are the shorter one of the first and the last.
bool has_planes(const std::vector<int64_t>& shape) {
  if (shape[0] == shape[1] || shape[1] == shape[2]) return shape[0] != shape[1];
  return shape[0] < shape[2];
}

/// Returns the text behind `'key':` in a dictionary of Python, without spaces before it; "" if there is none.
std::string_view value_in(std::string_view header, std::string_view key) {
  const auto quoted = fmt::format("'{}':", key);
  const auto at = header.find(quoted);
  if (at == std::string_view::npos) return {};
  auto rest = header.substr(at + quoted.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

/// Parses `(3, 4, 5)`; nothing for other text.
std::optional<std::vector<int64_t>> shape_in(std::string_view text) {
  const auto end = text.find(')');
  if (!text.starts_with('(') || end == std::string_view::npos) return std::nullopt;
  std::vector<int64_t> shape;
  for (auto rest = text.substr(1, end - 1); !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    auto number = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    while (number.starts_with(' ')) number.remove_prefix(1);
    if (number.empty() && rest.empty()) break;
    const auto size = number_in_text<int64_t>(number);
    if (!size || *size < 0) return std::nullopt;
    shape.push_back(*size);
  }
  return shape;
}

class NpyImage : public WholeImage {
 public:
  NpyImage(Bytes bytes, std::string name) : WholeImage(std::move(bytes), std::move(name)) {
    const auto header = read_header();
    read_type(value_in(header, "descr"));
    const auto shape = shape_in(value_in(header, "shape"));
    if (!shape) damaged("npy file", "its shape is missing");
    place(*shape, value_in(header, "fortran_order").starts_with("True"));
    const auto count = header_.height * header_.width * header_.bands;
    const auto size = visit_type(type_, [](auto type) { return static_cast<int64_t>(sizeof(type)); });
    if (static_cast<int64_t>(bytes_.size()) - data_ < count * size) damaged("npy file", "it is truncated");
  }

 protected:
  ImageBuffer decode() const override {
    if (header_.channels == 0)
      fail(ErrorKind::input, "{}: has {} channels, which are neither gray nor RGB", name_, header_.bands);
    ImageBuffer pixels(header_.height, header_.width, header_.bands);
    each_sample([&](size_t i, auto sample) {
      pixels.bytes[i] = bool_ ? static_cast<uint8_t>(sample != decltype(sample){} ? 255 : 0)
                              : byte_of(sample, static_cast<int>(8 * sizeof(sample)));
    });
    return pixels;
  }

  ImageValues decode_values() const override {
    ImageValues image(header_.height, header_.width, header_.bands);
    each_sample([&](size_t i, auto sample) {
      using Sample = decltype(sample);
      const double most = bool_ ? 1 : static_cast<double>(std::numeric_limits<Sample>::max());
      image.values[i] = value_of(sample, most);
      if (!std::isfinite(image.values[i])) damaged("npy file", "it holds a value that is not finite");
    });
    return image;
  }

 private:
  uint8_t byte_at(size_t at) const { return static_cast<uint8_t>(bytes_.view()[at]); }

  /// Returns the header's text, and sets where the data begin.
  std::string_view read_header() {
    constexpr size_t kVersion = 6, kSize = 8;
    const size_t digits = bytes_.size() > kVersion && byte_at(kVersion) > 1 ? 4 : 2;
    size_t size = 0;
    if (bytes_.size() < kSize + digits) damaged("npy file", "it is truncated");
    for (size_t i = digits; i-- > 0;) size = size << 8 | byte_at(kSize + i);
    if (size > bytes_.size() - kSize - digits) damaged("npy file", "it is truncated");
    data_ = static_cast<int64_t>(kSize + digits + size);
    return bytes_.view().substr(kSize + digits, size);
  }

  void read_type(std::string_view text) {
    const auto known = text.size() > 4 && text[0] == '\'' ? find_name(kNpyTypes, text.substr(2, 2)) : std::nullopt;
    if (!known || text[4] != '\'')
      fail(ErrorKind::file, "{}: an array of type {}, which is no image; save integers or floating point", name_,
           escaped(text.substr(0, text.find(',')), 20));
    type_ = *known;
    swapped_ = text[1] == '>';
    bool_ = text[2] == 'b';
  }

  /// Sets the size and the strides, in samples, of rows, columns and channels.
  void place(std::vector<int64_t> shape, bool columns_first) {
    if (shape.size() != 2 && shape.size() != 3)
      fail(ErrorKind::file, "{}: an array of shape ({}), which is no image: (H, W), (H, W, C) or (C, H, W)", name_,
           fmt::join(shape, ", "));
    const bool planes = shape.size() == 3 && has_planes(shape);
    if (shape.size() == 2) shape.push_back(1);
    const size_t row = planes ? 1 : 0, column = row + 1, channel = planes ? 0 : 2;
    header_ = {.height = shape[row], .width = shape[column], .bands = shape[channel]};
    check_image_size(header_.height, header_.width, name_, header_.bands);
    header_.channels = is_gray_or_rgb(header_.bands) ? header_.bands : 0;
    header_.deep = bool_ || type_ != SampleType::u8;
    std::array<int64_t, 3> strides{shape[1] * shape[2], shape[2], 1};
    if (columns_first) strides = {1, shape[0], shape[0] * shape[1]};
    strides_ = {strides[row], strides[column], strides[channel]};
  }

  /// Calls `visit` with the index in (H, W, C) and the value of each sample.
  template <typename Visit>
  void each_sample(Visit visit) const {
    const auto* data = reinterpret_cast<const uint8_t*>(bytes_.view().data()) + data_;
    visit_type(type_, [&](auto type) {
      using Sample = decltype(type);
      size_t i = 0;
      for (int64_t y = 0; y < header_.height; ++y)
        for (int64_t x = 0; x < header_.width; ++x)
          for (int64_t c = 0; c < header_.bands; ++c) {
            auto sample = sample_at<Sample>(data, y * strides_[0] + x * strides_[1] + c * strides_[2]);
            if (swapped_) {
              auto* first = reinterpret_cast<uint8_t*>(&sample);
              std::reverse(first, first + sizeof(Sample));
            }
            visit(i++, sample);
          }
    });
  }

  SampleType type_ = SampleType::u8;
  bool swapped_ = false, bool_ = false;
  int64_t data_ = 0;  // where the data begin
  std::array<int64_t, 3> strides_{};
};

}  // namespace

std::unique_ptr<LazyImage> open_npy(Bytes bytes, const std::string& name) {
  return std::make_unique<NpyImage>(std::move(bytes), name);
}

}  // namespace reszoo
