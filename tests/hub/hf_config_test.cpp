// What the config.json of a repository says of its network.
#include <torch/types.h>

#include "fake_hub.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/hub/hf_hub.h"
#include "reszoo/hub/pretrained.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/safetensors.h"

using namespace reszoo;
using namespace reszoo::test;
using nlohmann::json;

namespace {

json timm_json() {
  return {{"architecture", "resnet18"},
          {"num_classes", 3},
          {"num_features", 512},
          {"global_pool", "avg"},
          {"label_names", {"cat", "dog", "owl"}},
          {"pretrained_cfg",
           {{"tag", "mine_in3"},
            {"input_size", {3, 160, 160}},
            {"interpolation", "bicubic"},
            {"crop_pct", 0.95},
            {"crop_mode", "center"},
            {"mean", {0.5, 0.5, 0.5}},
            {"std", {0.25, 0.25, 0.25}},
            {"num_classes", 1000},
            {"license", "apache-2.0"},
            {"first_conv", "conv1"},
            {"classifier", "fc"}}}};
}

json transformers_json() {
  return {{"architectures", {"ResNetForImageClassification"}},
          {"model_type", "resnet"},
          {"depths", {2, 2, 2, 2}},
          {"hidden_sizes", {64, 128, 256, 512}},
          {"layer_type", "basic"},
          {"embedding_size", 64},
          {"hidden_act", "relu"},
          {"downsample_in_first_stage", false},
          {"num_channels", 3},
          {"id2label", {{"0", "crane"}, {"1", "maillot"}, {"2", "crane"}}}};
}

json processor_json() {
  return {{"feature_extractor_type", "ConvNextFeatureExtractor"},
          {"crop_pct", 0.875},
          {"do_normalize", true},
          {"image_mean", {0.485, 0.456, 0.406}},
          {"image_std", {0.229, 0.224, 0.225}},
          {"resample", 3},
          {"size", 224}};
}

/// A repository with these files.
struct ConfigHub {
  FakeHub hub;
  std::vector<std::string> warnings;
  FetchOptions options{.on_warning = [this](const std::string& line) { warnings.push_back(line); }};

  explicit ConfigHub(const json& config, const json& processor = nullptr) {
    hub.files["config.json"] = config.dump();
    if (!processor.is_null()) hub.files["preprocessor_config.json"] = processor.dump();
  }
  PretrainedConfig find() const { return *find_hub_config(parse_hub_name("hf-hub:owner/net"), options); }
  void expect(const std::vector<std::string>& parts) const {
    expect_error_parts(ErrorKind::file, parts, [&] { find(); });
  }
};

/// Returns the weights with the keys of transformers' ResNets of basic blocks.
StateDict transformers_state(const StateDict& state) {
  StateDict renamed("key");
  for (const auto& item : state) {
    auto key = item.key();
    const auto replace = [&](const std::string& from, const std::string& to) {
      if (const auto at = key.find(from); at != std::string::npos) key.replace(at, from.size(), to);
    };
    for (int stage = 1; stage <= 4; ++stage)
      replace(fmt::format("layer{}.", stage), fmt::format("resnet.encoder.stages.{}.layers.", stage - 1));
    const bool inner = key.starts_with("resnet.");
    replace("downsample.0.", "shortcut.convolution.");
    replace("downsample.1.", "shortcut.normalization.");
    for (int number = 1; number <= 2; ++number) {
      const auto part = inner ? fmt::format("layer.{}.", number - 1) : "resnet.embedder.embedder.";
      replace(fmt::format("conv{}.", number), part + "convolution.");
      replace(fmt::format("bn{}.", number), part + "normalization.");
    }
    replace("fc.", "classifier.1.");
    renamed.insert(key, item.value());
  }
  return renamed;
}

}  // namespace

TEST(HubConfig, TimmsSaysNetworkPreprocessingAndClasses) {
  const ConfigHub f(timm_json());
  const auto weights = f.find();
  EXPECT_EQ(weights.model, "resnet18");
  EXPECT_EQ(weights.tag, "mine_in3");
  EXPECT_EQ(weights.hub, "hf-hub:owner/net");
  EXPECT_EQ(weights.classes, 3);
  EXPECT_EQ(weights.class_names, (std::vector<std::string>{"cat", "dog", "owl"}));
  EXPECT_EQ(weights.license, "apache-2.0");
  EXPECT_EQ(weights.preprocess, (ImagePreprocess{.resize = 168,  // floor(160 / 0.95)
                                                 .crop = 160,
                                                 .mean = {0.5, 0.5, 0.5},
                                                 .std = {0.25, 0.25, 0.25},
                                                 .interpolation = "bicubic"}));
}

TEST(HubConfig, TimmsOlderFormAndOptionsAreRead) {
  auto config = timm_json()["pretrained_cfg"];
  config["architecture"] = "resnet18.tv_in1k";
  config["input_size"] = {1, 64, 64};
  config["mean"] = config["std"] = {0.5};
  config["crop_mode"] = "squash";
  config["labels"] = nullptr;
  config["model_args"] = {{"in_chans", 1}, {"drop_rate", 0.2}, {"img_size", 64}};
  const ConfigHub f(config);
  const auto weights = f.find();
  EXPECT_EQ(weights.model, "resnet18");
  EXPECT_EQ(weights.classes, 1000);
  EXPECT_TRUE(weights.class_names.empty());
  EXPECT_EQ(weights.preprocess.channels, 1);
  EXPECT_TRUE(weights.preprocess.squash);
  EXPECT_EQ(weights.options.channels, 1);
  EXPECT_EQ(weights.options.dropout, 0.2);
}

TEST(HubConfig, TimmsCropModesAndFiltersAreRead) {
  auto config = timm_json();
  config["pretrained_cfg"]["crop_mode"] = "border";
  config["pretrained_cfg"]["interpolation"] = "lanczos";
  const auto border = ConfigHub(config).find().preprocess;
  EXPECT_TRUE(border.border);
  EXPECT_FALSE(border.squash);
  EXPECT_EQ(border.interpolation, "lanczos");
  EXPECT_NO_THROW(border.check());
}

TEST(HubConfig, WhatReszooDoesNotHaveIsNamed) {
  const auto changed = [](const std::string& pointer, const json& value) {
    auto config = timm_json();
    config[json::json_pointer(pointer)] = value;
    return ConfigHub(config);
  };
  changed("/architecture", "resnet81")
      .expect({"hf-hub:owner/net: config.json", "no network \"resnet81\"", "did you mean"});
  changed("/architecture", 3).expect({"field \"architecture\"", "wrong type"});
  changed("/pretrained_cfg/crop_mode", "middle").expect({"crop_mode must be center, squash or border, got \"middle\""});
  changed("/pretrained_cfg/interpolation", "hamming").expect({"interpolation must be bilinear, bicubic or lanczos"});
  changed("/pretrained_cfg/input_size", {3, 224, 192}).expect({"input_size", "3, 224, 192"});
  changed("/pretrained_cfg/crop_pct", 0).expect({"crop_pct must be in (0, 1], got 0"});
  changed("/num_classes", 4).expect({"label_names has 3 names, num_classes is 4"});
  changed("/model_args", {{"stem_type", "deep"}}).expect({"model_args has stem_type=\"deep\""});
  ConfigHub(json{{"a", 1}}).expect({"neither timm's nor of a ResNet of transformers"});
  ConfigHub(json::array()).expect({"config.json", "is not a JSON object"});
}

TEST(HubConfig, TransformersResNetsAreThoseOfTorchvision) {
  const ConfigHub f(transformers_json(), processor_json());
  const auto weights = f.find();
  EXPECT_EQ(weights.model, "resnet18");
  EXPECT_EQ(weights.class_names, (std::vector<std::string>{"crane", "maillot", "crane (2)"}));
  auto preprocess = imagenet_preprocess();
  preprocess.interpolation = "bicubic";
  EXPECT_EQ(weights.preprocess, preprocess);
  auto bottleneck = transformers_json();
  bottleneck.update({{"layer_type", "bottleneck"}, {"depths", {3, 4, 6, 3}}, {"hidden_sizes", {256, 512, 1024, 2048}}});
  EXPECT_EQ(ConfigHub(bottleneck, processor_json()).find().model, "resnet50");
}

TEST(HubConfig, TransformersBackbonesHaveNoHead) {
  auto config = transformers_json();
  config["architectures"] = {"ResNetModel"};
  const ConfigHub f(config, processor_json());
  EXPECT_EQ(f.find().classes, 0);
  EXPECT_TRUE(f.find().class_names.empty());
}

TEST(HubConfig, TransformersProcessorsHaveThreeForms) {
  const auto preprocess = [](const json& change) {
    auto processor = processor_json();
    processor.merge_patch(change);
    return ConfigHub(transformers_json(), processor).find().preprocess;
  };
  const auto squashed =
      preprocess({{"size", {{"height", 224}, {"width", 224}}}, {"crop_pct", nullptr}, {"resample", 2}});
  EXPECT_TRUE(squashed.squash);
  EXPECT_EQ(squashed.resize, 224);
  EXPECT_EQ(squashed.interpolation, "bilinear");
  const auto large = preprocess({{"size", {{"shortest_edge", 384}}}});
  EXPECT_TRUE(large.squash);
  EXPECT_EQ(large.crop, 384);
  const auto cropped = preprocess({{"size", {{"shortest_edge", 256}}},
                                   {"crop_pct", nullptr},
                                   {"do_center_crop", true},
                                   {"crop_size", {{"height", 224}, {"width", 224}}}});
  EXPECT_FALSE(cropped.squash);
  EXPECT_EQ(cropped.resize, 256);
  EXPECT_EQ(cropped.crop, 224);
  EXPECT_TRUE(preprocess({{"do_normalize", false}}).mean.empty());
}

TEST(HubConfig, WithoutAProcessorThePreprocessingIsSaid) {
  const ConfigHub f(transformers_json());
  EXPECT_EQ(f.find().preprocess, imagenet_preprocess());
  ASSERT_EQ(f.warnings.size(), 1u);
  EXPECT_NE(f.warnings[0].find("no preprocessor_config.json"), std::string::npos) << f.warnings[0];
}

TEST(HubConfig, OtherNetworksOfTransformersAreNamed) {
  const auto changed = [](const std::string& key, const json& value) {
    auto config = transformers_json();
    config[key] = value;
    return ConfigHub(config, processor_json());
  };
  changed("model_type", "vit").expect({"of the kind \"vit\"", "\"resnet\""});
  changed("depths", {1, 2, 3, 4}).expect({"no ResNet with depths [1,2,3,4]"});
  changed("downsample_in_bottleneck", true).expect({"downsample_in_bottleneck must be false for resnet18, got true"});
  changed("hidden_act", "gelu").expect({"hidden_act must be \"relu\""});
}

TEST(HubConfig, CreatesTheModelOfTimm) {
  ConfigHub f(timm_json());
  auto network = create_model("resnet18", ImageOptions{.outputs = 3});
  network->eval();
  f.hub.files["model.safetensors"] = serialize_safetensors(state_of(*network));
  auto model = create_pretrained("hf-hub:owner/net", "", {.fetch = f.options});
  const auto pixels = torch::arange(3 * 50 * 60).remainder(251).to(torch::kUInt8).view({50, 60, 3}).contiguous();
  const ImageView image{.data = pixels.const_data_ptr<uint8_t>(), .height = 50, .width = 60};
  const torch::NoGradGuard no_grad;
  const auto logits = network->forward((*model.image)(image));
  EXPECT_EQ(model.predict(image).label, model.target->classes()[static_cast<size_t>(logits.argmax(1).item<int64_t>())]);
  EXPECT_EQ(model.target->classes()[2], "owl");
  const auto other = create_pretrained("hf-hub:owner/net", "", {.outputs = 7, .fetch = f.options});
  EXPECT_EQ(state_of(*other.network())["fc.weight"].size(0), 7);
  EXPECT_FALSE(other.target);
}

TEST(HubConfig, CreatesTheModelOfTransformers) {
  ConfigHub f(transformers_json(), processor_json());
  auto network = create_model("resnet18", ImageOptions{.outputs = 3});
  network->eval();
  const auto path = f.hub.home / "weights";
  write_pth(path, transformers_state(state_of(*network)));
  f.hub.files["pytorch_model.bin"] = read_file(path);
  auto model = create_pretrained("hf-hub:owner/net", "", {.fetch = f.options});
  const auto x = torch::rand({1, 3, 64, 64});
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::equal(model.network()->forward(x), network->forward(x)));
}

TEST(HubConfig, ARepositoryOfAModelFileNeedsNoConfig) {
  ConfigHub f(json::object());
  f.hub.files.clear();
  Model model{.name = "cifar_resnet20", .options = ImageOptions{.outputs = 4}};
  model.networks = {create_model(model.name, model.options)};
  model.save(f.hub.home / "saved");
  f.hub.files["model.safetensors"] = read_file(f.hub.home / "saved");
  EXPECT_EQ(create_pretrained("hf-hub:owner/net", "", {.fetch = f.options}).name, "cifar_resnet20");
  f.hub.files["model.safetensors"] = serialize_safetensors(state_of(*model.network()));
  std::filesystem::remove_all(f.hub.cache());
  expect_error_parts(ErrorKind::file, {"hf-hub:owner/net: has no config.json", "model"},
                     [&] { create_pretrained("hf-hub:owner/net", "", {.fetch = f.options}); });
}
