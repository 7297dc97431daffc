/// The row type of the tables of published weights: one line per file.
#pragma once
#include <cstdint>
#include <span>

namespace reszoo {

/// How images are prepared: the shorter side is resized and the centre cropped. All rows also use ImageNet's mean and
/// standard deviation.
struct Images {
  const char* interpolation;
  int64_t resize, crop;  ///< pixels
};

/// Weights for the 1000 ImageNet classes in a file whose name ends with a dash, the first eight hexadecimal digits of
/// its SHA-256, and `.pth`.
struct WeightsRow {
  const char* model;
  const char* tag;
  const char* folder;  ///< URL of the file without its name
  const char* file;
  Images images;
  const char* license = "";   ///< "" if the publisher names none
  double top1 = 0, top5 = 0;  ///< accuracy on ImageNet's validation set, percent; 0 if not published
};

/// The mean and standard deviation of pixels: ImageNet's, or 0.5 for each.
enum class Pixels { imagenet, half };

/// Weights that only the Hugging Face Hub has with a digest, in the repository timm/<model>.<tag>.
struct HubRow {
  const char* model;
  const char* tag;
  int64_t classes;
  Images images;
  Pixels pixels;
  const char* license = "";
};

std::span<const WeightsRow> torchvision_weights();
std::span<const WeightsRow> timm_weights();
std::span<const HubRow> timm_hub_weights();

inline constexpr char kPyTorch[] = "https://download.pytorch.org/models";
inline constexpr char kSemiSupervised[] = "https://dl.fbaipublicfiles.com/semiweaksupervision/model_files";
inline constexpr char kGluon[] = "https://github.com/rwightman/pytorch-pretrained-gluonresnet/releases/download/v0.1";

// URLs of pytorch-image-models' releases, under its former and its current owner.
inline constexpr char kTimm[] = "https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-weights";
inline constexpr char kTimmAttn[] =
    "https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-attn-weights";
inline constexpr char kTimmRs[] = "https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-rs-weights";
inline constexpr char kTimmRsb[] =
    "https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-rsb-weights";
inline constexpr char kTimmTpu[] =
    "https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-tpu-weights";
inline constexpr char kTimmTresnet[] =
    "https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-tresnet";
inline constexpr char kHf[] = "https://github.com/huggingface/pytorch-image-models/releases/download/v0.1-weights";
inline constexpr char kHfRsb[] =
    "https://github.com/huggingface/pytorch-image-models/releases/download/v0.1-rsb-weights";

inline constexpr Images kBilinear168To160{"bilinear", 168, 160};
inline constexpr Images kBilinear201To176{"bilinear", 201, 176};
inline constexpr Images kBilinear232To224{"bilinear", 232, 224};
inline constexpr Images kBilinear256To224{"bilinear", 256, 224};
inline constexpr Images kBilinear448To448{"bilinear", 448, 448};
inline constexpr Images kBilinear480To480{"bilinear", 480, 480};
inline constexpr Images kBicubic168To160{"bicubic", 168, 160};
inline constexpr Images kBicubic175To160{"bicubic", 175, 160};
inline constexpr Images kBicubic195To176{"bicubic", 195, 176};
inline constexpr Images kBicubic201To176{"bicubic", 201, 176};
inline constexpr Images kBicubic204To192{"bicubic", 204, 192};
inline constexpr Images kBicubic224To224{"bicubic", 224, 224};
inline constexpr Images kBicubic235To224{"bicubic", 235, 224};
inline constexpr Images kBicubic238To224{"bicubic", 238, 224};
inline constexpr Images kBicubic248To224{"bicubic", 248, 224};
inline constexpr Images kBicubic256To224{"bicubic", 256, 224};
inline constexpr Images kBicubic256To256{"bicubic", 256, 256};
inline constexpr Images kBicubic269To256{"bicubic", 269, 256};
inline constexpr Images kBicubic272To256{"bicubic", 272, 256};
inline constexpr Images kBicubic288To288{"bicubic", 288, 288};
inline constexpr Images kBicubic292To256{"bicubic", 292, 256};
inline constexpr Images kBicubic303To288{"bicubic", 303, 288};
inline constexpr Images kBicubic320To320{"bicubic", 320, 320};
inline constexpr Images kBicubic336To320{"bicubic", 336, 320};
inline constexpr Images kBicubic384To384{"bicubic", 384, 384};

}  // namespace reszoo
