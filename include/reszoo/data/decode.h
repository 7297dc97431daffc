/// Decodes images.
#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

using at::Tensor;

/// The formats that are read, for messages.
inline constexpr std::string_view kReadImageFormats = "JPEG, PNG, WebP, GIF, BMP, TIFF, npy";

/// Opens an image: its header is read now, its pixels on demand. The format is detected from the content.
///
/// | format | what is read |
/// |---|---|
/// | JPEG | baseline and progressive, gray, colours, inks; 8 bits a sample |
/// | PNG | all depths and colour types |
/// | WebP | lossy, lossless; of an animation the first frame |
/// | GIF | the first frame |
/// | BMP | 1 to 32 bits, run lengths, bit masks, headers of OS/2 |
/// | TIFF | 1 to 64 bits and floating point, strips and tiles, all compressions of libtiff; any number of channels |
/// | npy | arrays of NumPy: (H, W), (H, W, C) or (C, H, W), any number of channels |
///
/// Gray images have one channel, all others three, with the bytes of PIL's convert("RGB"): a palette is looked up, inks
/// are converted, alpha is dropped, of 16 bits the upper 8 are taken, gamma and profiles change nothing. An image is
/// turned upright as PIL's exif_transpose does. An image that is neither gray nor RGB has its values only
/// (`decode_values`).
///
///     const auto image = open_image("cat.jpg");
///     const auto input = imagenet_preprocess()(*image);  // (1, 3, 224, 224)
///
/// Throws: Error (file) that names the file if it is of no such format, or is damaged or truncated.
/// Differs: from PIL for gray of 16 bits, of which PIL cuts all values above 255, and for a TIFF of CIELab colours,
/// which is refused.
std::unique_ptr<LazyImage> open_image(const std::filesystem::path& path);

/// Opens the encoded bytes of an image in memory. `name` identifies the image in error messages.
std::unique_ptr<LazyImage> open_image(Bytes bytes, const std::string& name);

/// Decodes all pixels as RGB. Shape: (H, W, 3) uint8.
/// Throws: Error (file) as `open_image`; Error (input) for an image that is neither gray nor RGB.
Tensor decode_image(const std::filesystem::path& path);
Tensor decode_image(const LazyImage& image);
Tensor decode_image(std::string_view bytes, const std::string& name);

/// Decodes all channels as they are stored, see LazyImage::read_values. Shape: (H, W, C) float32.
Tensor decode_values(const LazyImage& image);

/// A format of images.
struct ImageFormat {
  std::string name;      ///< such as "JPEG" or "HEIC"
  bool is_read = false;  ///< whether `open_image` reads it

  bool operator==(const ImageFormat&) const = default;
};

/// How many bytes of a file `image_format` and `is_image` need to tell every format.
inline constexpr size_t kImageStart = 256;

/// Returns the format that bytes begin like; nothing if it is not known. Known but not read are AVIF, HEIC, JPEG 2000,
/// JPEG XL, JPEG XR, SVG, PSD, XCF, raw camera files, ICO, PNM, OpenEXR, Radiance HDR, DDS, PCX, SGI, QOI, DICOM and
/// FITS.
std::optional<ImageFormat> image_format(std::string_view start);

/// Returns whether the bytes begin like a file that `open_image` reads.
bool is_image(std::string_view start);

/// Returns whether all bytes of an image seem to be there, without decoding it: it ends as its format requires.
bool is_whole_image(std::string_view bytes);

}  // namespace reszoo
