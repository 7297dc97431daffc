// convert: from any kind of weights to any other.
#include <torch/script.h>

#include "reference/fill.h"
#include "reszoo/infer/model.h"
#include "reszoo/infer/script_model.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/zoo/load_network.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A folder with a model file of images, its network and its weights in plain files.
struct Files {
  TempDir folder;
  Model model{.name = "cifar_resnet20", .options = ImageOptions{.outputs = 2}};

  Files() {
    torch::manual_seed(3);
    model.networks = {create_model(model.name, model.options)};
    model.network()->eval();
    model.image = ImagePreprocess{.resize = 32, .crop = 32, .mean = {0.5, 0.4, 0.3}, .std = {0.25, 0.25, 0.25}};
    model.target = Target::fit(Column::of_text("class", {"cat", "dog"}));
    model.save(folder / "model.safetensors");
    write_pth(folder / "plain.pth", weights());
    write_safetensors(folder / "plain.safetensors", weights(), {{"format", "pt"}, {"note", "kept"}});
  }
  StateDict weights() const { return state_of(*model.network()); }
  std::string at(const std::string& name) const { return (folder / name).string(); }

  /// Expects a file with exactly these weights.
  void expect_weights(const std::string& name) const {
    const auto found = read_weights(folder / name), wanted = weights();
    ASSERT_EQ(found.keys(), wanted.keys()) << name;
    for (const auto& item : wanted)
      EXPECT_TRUE(torch::equal(found[item.key()], item.value())) << name << " " << item.key();
  }
  nlohmann::json converted(const std::string& from, const std::string& to, const Words& more = {}) const {
    return expect_success(Words{"convert", at(from), at(to), "--json"} + more).json();
  }
};

const Words kModel = {"--model", "cifar_resnet20", "--model-kwargs", "outputs=2"};

}  // namespace

TEST(Convert, EveryKindIsRead) {
  const Files files;
  files.converted("plain.pth", "script.pt", kModel);
  for (const std::string from : {"plain.pth", "plain.safetensors", "model.safetensors", "script.pt"}) {
    SCOPED_TRACE(from);
    const auto json = files.converted(from, "out.pth");
    EXPECT_EQ(json["report"]["loaded"].size(), files.weights().size());
    EXPECT_EQ(json["bytes"], std::filesystem::file_size(files.at("out.pth")));
    files.expect_weights("out.pth");
  }
}

TEST(Convert, EveryKindIsWrittenByItsEnding) {
  const Files files;
  const std::vector<std::pair<std::string, WeightsKind>> endings = {{"out.pth", WeightsKind::pth},
                                                                    {"out.safetensors", WeightsKind::safetensors},
                                                                    {"out.pt", WeightsKind::torchscript},
                                                                    {"out.ts", WeightsKind::torchscript},
                                                                    {"out.torchscript", WeightsKind::torchscript}};
  for (const auto& [name, kind] : endings) {
    files.converted("plain.pth", name, kModel);
    EXPECT_EQ(detect_weights(files.at(name)), kind) << name;
    files.expect_weights(name);
  }
  EXPECT_EQ(files.converted("plain.safetensors", "out.onnx", kModel)["format"], "onnx");
}

TEST(Convert, WithoutAModelKeysStayAsTheyAre) {
  const TempDir folder;
  StateDict state("key");
  state.insert("module.a", torch::ones({2, 3}, torch::kBFloat16));
  state.insert("b", torch::tensor({1, 2}));
  write_pth(folder / "in.pth", state);
  expect_success({"convert", (folder / "in.pth").string(), (folder / "out.safetensors").string()});
  const auto found = read_weights(folder / "out.safetensors");
  EXPECT_EQ(found.keys(), state.keys());
  EXPECT_EQ(found["module.a"].scalar_type(), torch::kBFloat16);
  EXPECT_TRUE(torch::equal(found["b"], state["b"]));
}

TEST(Convert, SafetensorsKeepTheirMetadata) {
  const Files files;
  files.converted("plain.safetensors", "copy.safetensors");
  EXPECT_EQ(read_safetensors(files.at("copy.safetensors")).metadata.at("note"), "kept");
}

TEST(Convert, AModelFileStaysOneUnlessPlainIsAskedFor) {
  const Files files;
  files.converted("model.safetensors", "copy.safetensors");
  EXPECT_EQ(detect_weights(files.at("copy.safetensors")), WeightsKind::model_file);
  EXPECT_EQ(Model::load(files.at("copy.safetensors")).image, files.model.image);
  files.converted("model.safetensors", "weights.safetensors", {"--weights-only"});
  EXPECT_EQ(detect_weights(files.at("weights.safetensors")), WeightsKind::safetensors);
  files.expect_weights("weights.safetensors");
}

TEST(Convert, ScriptAnswersAsTheNetworkAndHoldsTheCard) {
  const Files files;
  const auto json = files.converted("model.safetensors", "model.pt");
  EXPECT_EQ(json["model"], "cifar_resnet20");
  EXPECT_EQ(json["preprocessing"]["image"]["mean"], (std::vector<double>{0.5, 0.4, 0.3}));
  const auto input = uniform("input", {3, 3, 40, 33});
  torch::NoGradGuard no_grad;
  auto network = files.model.network();
  EXPECT_TRUE(torch::allclose(ScriptModel(files.at("model.pt")).forward(input), network->forward(input)));
  torch::jit::ExtraFilesMap texts{{"reszoo", ""}};
  torch::jit::load(files.at("model.pt"), torch::kCPU, texts);
  EXPECT_EQ(nlohmann::json::parse(texts["reszoo"])["target"]["classes"], (std::vector<std::string>{"cat", "dog"}));
}

TEST(Convert, OnnxSaysHowImagesArePrepared) {
  const Files files;
  const auto result = expect_success({"convert", files.at("model.safetensors"), files.at("model.onnx")});
  EXPECT_NE(result.out.find("preprocessing: {\"channels\":3"), std::string::npos) << result.out;
  const auto bytes = read_file(files.at("model.onnx"));
  for (const auto* text : {"layer3.2.conv2.weight", "logits", "\"mean\":[0.5,0.4,0.3]", "height"})
    EXPECT_NE(bytes.find(text), std::string::npos) << text;
  files.converted("model.safetensors", "fixed.onnx", {"--img-size", "48"});
  EXPECT_EQ(read_file(files.at("fixed.onnx")).find("height"), std::string::npos);
}

TEST(Convert, APipelineHoldsThePreprocessingAndTheAnswers) {
  const Files files;
  files.converted("model.safetensors", "model.onnx", {"--pipeline"});
  const auto bytes = read_file(files.at("model.onnx"));
  for (const auto* text : {"images", "label", "probabilities", "cat", "dog"})
    EXPECT_NE(bytes.find(text), std::string::npos) << text;
  files.converted("model.safetensors", "model.pt", {"--pipeline"});
  const torch::NoGradGuard no_grad;
  auto script = torch::jit::load(files.at("model.pt"));
  const auto images = (uniform("images", {2, 3, 60, 41}) * 255).to(torch::kByte);
  auto network = files.model.network();
  const auto wanted = files.model.target->probabilities(network->forward((*files.model.image)(images)));
  EXPECT_LE((script.forward({images}).toTensor() - wanted).abs().max().item<double>(), 1e-3);
  expect_failure(1, {"convert", files.at("model.safetensors"), files.at("out.pth"), "--pipeline"},
                 {"--pipeline: is for TorchScript and ONNX"});
  expect_failure(1, {"convert", files.at("model.safetensors"), files.at("out.onnx"), "--pipeline", "--img-size", "32"},
                 {"--pipeline: takes images of any size, no --img-size"});
  expect_failure(1, Words{"convert", files.at("plain.pth"), files.at("out.onnx"), "--pipeline"} + kModel,
                 {"cifar_resnet20: has no preprocessing; a pipeline is made from a model file"});
}

TEST(Convert, AdaptRenewsTheLastLayerAndReportsIt) {
  const Files files;
  const auto json = files.converted("plain.pth", "five.safetensors",
                                    {"--model", "cifar_resnet20", "--model-kwargs", "outputs=5", "--adapt"});
  EXPECT_EQ(json["report"]["adapted"], (Words{"fc.weight", "fc.bias"}));
  EXPECT_EQ(read_weights(files.at("five.safetensors"))["fc.bias"].numel(), 5);
}

TEST(Convert, WeightsWithoutANameAreThoseOfTheNetworkThatTheyFit) {
  const Files files;
  EXPECT_EQ(files.converted("plain.pth", "named.onnx", kModel)["bytes"],
            files.converted("plain.pth", "found.onnx")["bytes"]);
  EXPECT_EQ(read_file(files.at("named.onnx")), read_file(files.at("found.onnx")));
}

TEST(Convert, AFileCanTakeItsOwnPlace) {
  const Files files;
  files.converted("model.safetensors", "model.safetensors", {"--weights-only"});
  files.expect_weights("model.safetensors");
}

TEST(Convert, FailuresAreOneLineAndLeaveTheOldFile) {
  const Files files;
  const auto in = files.at("plain.pth"), out = files.at("out.onnx");
  write_file(out, "old");
  write_pth(files.at("strange.pth"), StateDict({{"theirs.weight", torch::ones({2})}}));
  expect_failure(1, {"convert", files.at("strange.pth"), out},
                 {"strange.pth", "fits no registered model; name its network with --model"});
  expect_failure(1, {"convert", in, out, "--model", "cifar_resnet2O"}, {"did you mean cifar_resnet20?"});
  expect_failure(1, {"convert", in, files.at("out.xyz")}, {"OUT: must end in .pth", "out.xyz"});
  expect_failure(1, {"convert", in, files.at("out.pth"), "--adapt"}, {"--adapt and --model-kwargs: need --model"});
  expect_failure(1, {"convert", in, files.at("out.pth"), "--img-size", "32"},
                 {"--img-size: is for TorchScript and ONNX"});
  expect_failure(1, {"convert", files.at("none"), out}, {"none: cannot be opened"});
  expect_failure(2, {"convert", in}, {"OUT is required"});
  const auto refused = run_tool({"convert", in, out, "--model", "cifar_resnet20"});  // a line, then a table
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("keys do not fit cifar_resnet20"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("it fits cifar_resnet20 with outputs=2"), std::string::npos) << refused.err;
  EXPECT_EQ(read_file(out), "old");
}

TEST(Convert, AFullDiskLeavesTheOldFile) {
  const Files files;
  for (const std::string name : {"out.pth", "out.safetensors", "out.pt", "out.onnx"}) {
    const auto out = files.at(name);
    write_file(out, "old");
    expect_failure(1, Words{"convert", files.at("plain.pth"), out} + kModel, {name, "cannot be written"},
                   {.largest_file = 100'000});
    EXPECT_EQ(read_file(out), "old");
  }
  for (const auto& entry : std::filesystem::directory_iterator(files.folder.path()))
    EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
}

TEST(Convert, ADamagedModelFileIsNoticedUnlessAskedNotTo) {
  const Files files;
  auto bytes = read_file(files.at("model.safetensors"));
  bytes[bytes.size() - 9] ^= 1;
  write_file(files.at("damaged.safetensors"), bytes);
  expect_failure(1, {"convert", files.at("damaged.safetensors"), files.at("out.pth")}, {"damaged.safetensors"});
  files.converted("damaged.safetensors", "out.pth", {"--no-verify"});
}
