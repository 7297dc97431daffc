/// Networks whose weights come from elsewhere.
#pragma once
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

namespace reszoo {

/// While it is in scope, networks of this thread are built with zeros for weights:
/// a file or a copy is about to fill them, and drawing random numbers would be most
/// of the time of construction.
///
///     const reszoo::SkipInit skip;
///     auto net = reszoo::create_model("resnet50");
///     reszoo::load_weights(*net, "resnet50.pt");
class SkipInit {
 public:
  enum class What {
    nothing,
    convolutions,  ///< those without bias: `init_he` draws them later
    everything,
  };
  explicit SkipInit(What what = What::everything);
  SkipInit(const SkipInit&) = delete;
  SkipInit& operator=(const SkipInit&) = delete;
  ~SkipInit();

  static What active();

 private:
  What before_;
};

/// A Conv2d or Linear, whose weights are zeros where a SkipInit says so.
torch::nn::Conv2d make_conv2d(const torch::nn::Conv2dOptions& options);
torch::nn::Linear make_linear(const torch::nn::LinearOptions& options);

}  // namespace reszoo
