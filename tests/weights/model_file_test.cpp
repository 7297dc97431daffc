// The file that explains itself, and its digest.
#include <gtest/gtest.h>

#include "reszoo/base/file.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/model_file.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

ModelFile small_file() {
  ModelFile file{{{"model", "tiny"}, {"classes", {"cat", "dog"}}}, State()};
  file.tensors.insert("weight", torch::arange(4, torch::kFloat));
  file.tensors.insert(std::string(kPreprocessPrefix) + "mean", torch::tensor({0.5}));
  return file;
}

}  // namespace

TEST(ModelFile, CardAndTensorsComeBack) {
  TempDir folder;
  write_model_file(folder / "m.safetensors", small_file());
  const auto back = read_model_file(folder / "m.safetensors");
  EXPECT_EQ(back.card.at("classes"), small_file().card.at("classes"));
  EXPECT_EQ(back.card.at("format_version"), kModelFileVersion);
  EXPECT_TRUE(torch::equal(back.tensors["weight"], torch::arange(4, torch::kFloat)));
  EXPECT_EQ(read_safetensors(folder / "m.safetensors").metadata.at("format"), "pt");
  EXPECT_EQ(read_weights(folder / "m.safetensors").keys(), (std::vector<std::string>{"weight"})) << "preprocessing is no weight";
}

TEST(ModelFile, EveryFlippedBitAndEveryTruncationIsNoticed) {
  TempDir folder;
  write_model_file(folder / "m.safetensors", small_file());
  const auto whole = read_file(folder / "m.safetensors");
  for (size_t i = 0; i < whole.size() * 8; ++i) {
    auto bytes = whole;
    bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ (1 << (i % 8)));
    EXPECT_THROW(parse_model_file(parse_safetensors(bytes, "m"), "m"), Error) << "bit " << i;
  }
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(parse_model_file(parse_safetensors(whole.substr(0, size), "m"), "m"), Error) << size;
}

TEST(ModelFile, SaysWhatIsWrong) {
  TempDir folder;
  const auto path = folder / "m.safetensors";
  write_model_file(path, small_file());
  auto bytes = read_file(path);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(path, bytes);
  expect_error(ErrorKind::file, "m.safetensors: damaged: the digest does not match its content", [&] { read_model_file(path); });
  EXPECT_NO_THROW(read_model_file(path, /*verify=*/false));

  write_safetensors(path, State(), {{"reszoo", R"({"format_version":99})"}});
  expect_error(ErrorKind::file, "written by a later version of reszoo (format 99", [&] { read_model_file(path, false); });
  write_safetensors(path, State());
  expect_error(ErrorKind::file, "not a model file of reszoo", [&] { read_model_file(path); });
}
