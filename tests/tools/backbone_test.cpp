// Weights as others save them, in the tools: a self-supervised backbone without a head, teacher and student in one
// file.
#include <torch/types.h>

#include "reszoo/data/encode.h"
#include "reszoo/weights/pth.h"
#include "reszoo/zoo/registry.h"
#include "small_data.h"
#include "support/key_changes.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A file with two backbones of cifar_resnet20, a projector and a loss, and an image.
struct Backbones {
  TempDir folder;

  Backbones() {
    const auto body = without_keys(state_of(*create_model("cifar_resnet20")), "fc.");
    auto one = with_prefix(body, "backbone.");
    one.insert("projector.0.weight", torch::ones({128, 64}));
    write_pth(folder / "one.pth", one);
    write_pth(folder / "two.pth", both(with_prefix(one, "student."), with_prefix(multiplied(one, 2), "teacher.")));
    ImageBuffer pixels(32, 32, 3);
    write_file(folder / "x.png", encode_png(pixels));
    put_images(folder / "idx");
  }
  std::string at(const std::string& name) const { return (folder / name).string(); }
  Words features(const std::string& weights) const {
    return {"features", "--weights", at(weights), at("x.png"), "--out", at("f.npy"), "--json"};
  }
};

}  // namespace

TEST(Backbone, HasFeaturesButPredictsNothing) {
  const Backbones files;
  const auto result = expect_success(files.features("one.pth"));
  EXPECT_EQ(result.json()["features"], 64);
  EXPECT_NE(result.err.find("one.pth: 114 loaded: without prefix backbone.; 1 ignored: projector.0.weight"),
            std::string::npos)
      << result.err;
  const auto refused = run_tool({"predict", "--weights", files.at("one.pth"), files.at("x.png")});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("cifar_resnet20: the weights have no head, so they predict nothing; features extracts"),
            std::string::npos)
      << refused.err;
}

TEST(Backbone, TheKeyNamesOneOfTwo) {
  const Backbones files;
  expect_failure(1, files.features("two.pth"),
                 {"two.pth: cifar_resnet20 fits student and teacher; name one with --key student"});
  const auto student = expect_success(files.features("two.pth") + Words{"--key", "student"});
  EXPECT_EQ(student.json()["features"], 64);
  expect_success({"convert", files.at("two.pth"), files.at("out.pth"), "--key", "teacher.backbone"});
  EXPECT_EQ(read_pth(files.folder / "out.pth").keys(),
            without_keys(state_of(*create_model("cifar_resnet20")), "fc.").keys());
}

TEST(Backbone, TrainingStartsANewHeadUntrained) {
  const Backbones files;
  const Words train = {"train",
                       "--data",
                       files.at("idx"),
                       "--epochs",
                       "1",
                       "--batch-size",
                       "16",
                       "--threads",
                       "1",
                       "--device",
                       "cpu",
                       "--json",
                       "--key",
                       "student",
                       "--initial-checkpoint",
                       files.at("two.pth")};
  const auto result = expect_success(train + Words{"--adapt"});
  EXPECT_EQ(result.json()["model"], "cifar_resnet20");
  EXPECT_NE(result.err.find("fc.weight, fc.bias; 1 ignored: projector.0.weight"), std::string::npos) << result.err;
  const auto refused = run_tool(train);
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("--adapt"), std::string::npos) << refused.err;
}
