// Networks of sequences (N, C, L).
#include <gtest/gtest.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>
#include <torch/optim.h>

#include "reszoo/nn/conv_blocks.h"
#include "reszoo/nn/init.h"
#include "reszoo/nn/network.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/safetensors.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A network from 3 channels of any length to 2 outputs, with a basic and a bottleneck block.
Network sequence_network() {
  Network network(NetworkParts{
      .name = "sequence_net",
      .input = {Layout::sequences, 3},
      .body = {{"conv1", nn::Conv1d(nn::Conv1dOptions(3, 8, 5).padding(2).bias(false))},
               {"layer1", basic_block({.in = 8, .out = 8, .layout = Layout::sequences})},
               {"layer2",
                bottleneck_block({.in = 8, .out = 16, .stride = 2, .layout = Layout::sequences, .width = 4})}},
      .pool = {{"avgpool", nn::AdaptiveAvgPool1d(1)}, {"flatten", nn::Flatten()}},
      .head = {"fc", nn::Linear(16, 2)},
      .classifier = "fc",
  });
  init_kaiming(*network);
  return network;
}

/// Copies the weights to the equivalent block of images, where the height is one and each convolution uses one row of
/// its kernel.
void copy_to_images(const ResidualBlock& sequences, const ResidualBlock& images) {
  const torch::NoGradGuard no_grad;
  const auto from = sequences->named_parameters();
  for (auto& item : images->named_parameters()) {
    const auto& weight = from[item.key()];
    if (weight.dim() == item.value().dim()) {
      item.value().copy_(weight);
    } else {
      item.value().zero_();
      item.value().select(2, item.value().size(2) / 2).copy_(weight);  // the kernel's middle row
    }
  }
}

}  // namespace

TEST(Sequences, TrainInANetwork) {
  torch::manual_seed(1);
  auto network = sequence_network();
  EXPECT_EQ(network->input_spec().text(), "(N, 3, L)");
  const auto x = torch::randn({16, 3, 20});
  const auto y = torch::arange(16).remainder(2);
  torch::optim::Adam optimizer(network->parameters(), 1e-2);
  double first = 0, last = 0;
  for (int step = 0; step < 20; ++step) {
    optimizer.zero_grad();
    const auto loss = torch::cross_entropy_loss(network->forward(x), y);
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    if (step == 0) first = last;
  }
  EXPECT_LT(last, first / 2);
}

TEST(Sequences, GiveFeaturesByName) {
  auto network = sequence_network();
  const auto x = torch::randn({2, 3, 21});
  const auto maps = network->features(x, {"layer1", "layer2"});
  EXPECT_EQ(maps[0].sizes(), (std::vector<int64_t>{2, 8, 21}));
  EXPECT_EQ(maps[1].sizes(), (std::vector<int64_t>{2, 16, 11}));
  EXPECT_EQ(network->features(x).sizes(), (std::vector<int64_t>{2, 16}));
  expect_error(ErrorKind::input, "sequence_net: input must be (N, 3, L), got (2, 3, 4, 5)", [&] {
    network->forward(torch::rand({2, 3, 4, 5}));
  });
}

TEST(Sequences, AreClonedAndSaved) {
  const TempDir folder;
  auto network = sequence_network();
  network->eval();
  const torch::NoGradGuard no_grad;
  const auto x = torch::randn({2, 3, 12});
  EXPECT_TRUE(torch::equal(deep_copy(network)->forward(x), network->forward(x)));
  write_safetensors(folder / "net.safetensors", state_of(*network));
  auto loaded = sequence_network();
  loaded->eval();
  EXPECT_FALSE(torch::equal(loaded->forward(x), network->forward(x)));
  load_weights(loaded, folder / "net.safetensors");
  EXPECT_TRUE(torch::equal(loaded->forward(x), network->forward(x)));
}

TEST(Sequences, BlocksGiveTheNumbersOfImagesOneRowHigh) {
  torch::manual_seed(2);
  std::vector<BlockOptions> kinds = {
      {.in = 8, .out = 8},
      {.in = 8, .out = 16, .stride = 2},
      {.in = 8, .out = 16, .stride = 2, .order = Order::pre_activation},
      {.in = 8, .out = 16, .stride = 2, .norm = {"group", 4}, .shortcut = ShortcutKind::zero_pad},
      {.in = 8, .out = 8, .attention = {Attention::Kind::efficient_channel}, .drop_path = 0.5},
  };
  for (const auto& kind : kinds)
    for (const auto make : {basic_block, bottleneck_block}) {
      auto options = kind;
      auto images = make(options);
      options.layout = Layout::sequences;
      auto sequences = make(options);
      init_kaiming(*sequences);
      copy_to_images(sequences, images);
      sequences->eval();
      images->eval();
      const auto x = torch::randn({3, 8, 9});
      EXPECT_EQ(sequences->named_parameters().keys(), images->named_parameters().keys());
      EXPECT_TRUE(torch::allclose(sequences(x), images(x.unsqueeze(2)).squeeze(2), 1e-4, 1e-5));
    }
}

TEST(Sequences, AverageTheirProjectionsAndAntiAlias) {
  auto average = basic_block(
      {.in = 4, .out = 8, .stride = 2, .layout = Layout::sequences, .shortcut = ShortcutKind::average_projection});
  EXPECT_EQ(average(torch::rand({2, 4, 9})).sizes(), (std::vector<int64_t>{2, 8, 5}));
  auto smooth =
      basic_block({.in = 4, .out = 8, .stride = 2, .layout = Layout::sequences, .anti_alias = AntiAlias::average});
  EXPECT_EQ(smooth(torch::rand({2, 4, 8})).sizes(), (std::vector<int64_t>{2, 8, 4}));
  auto dilated = basic_block({.in = 4,
                              .out = 8,
                              .layout = Layout::sequences,
                              .shortcut = ShortcutKind::average_projection,
                              .dilation = 2,
                              .first_dilation = 2});
  EXPECT_EQ(dilated(torch::rand({2, 4, 9})).sizes(), (std::vector<int64_t>{2, 8, 9}));
}

TEST(Sequences, RefusePartsThatNeedImages) {
  const auto refused = [](const char* reason, BlockOptions options) {
    options.in = 8;
    options.out = 16;
    options.stride = 2;
    options.layout = Layout::sequences;
    expect_error(ErrorKind::usage, reason, [&] { basic_block(options); });
  };
  refused("squeeze_excite needs images, got sequences; use efficient_channel",
          {.attention = {Attention::Kind::squeeze_excite}});
  refused("blur needs images, got sequences; use average", {.anti_alias = AntiAlias::blur});
  refused("drop_block needs images, got sequences", {.drop_block = DropBlock2dOptions{.probability = 0.1}});
  refused("weight standardisation needs images, got sequences", {.weight_standardization = 1e-6});
  refused("evo:8 needs images (N, C, H, W), got sequences (N, C, L); use layer", {.norm = {"evo", 8}});
  expect_error(ErrorKind::usage, "BlockOptions: layout must be sequences or images, got features; use tabular_block",
               [] { basic_block({.in = 4, .out = 4, .layout = Layout::features}); });
}
