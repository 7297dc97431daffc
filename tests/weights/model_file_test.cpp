// The model file detects every flipped bit.
#include "reszoo/weights/model_file.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "reszoo/base/atomic_file.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/safetensors.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

StateDict small_state() {
  StateDict state("key");
  state.insert("weight", torch::arange(4, torch::kFloat32));
  return state;
}

/// A file with the given metadata and without a matching digest.
std::string with_metadata(const std::map<std::string, std::string>& metadata) {
  return serialize_safetensors(small_state(), metadata);
}

}  // namespace

TEST(ModelFile, CardAndTensorsComeBack) {
  const TempDir folder;
  const nlohmann::json card = {{"model", "resnet18"}, {"classes", {"cat", "dög \"x\""}}, {"mean", {0.485, 0.456}}};
  write_model_file(folder / "m", card, small_state());
  const auto file = read_model_file(folder / "m");
  auto expected = card;
  expected["format_version"] = 1;
  EXPECT_EQ(file.card, expected);
  EXPECT_TRUE(torch::equal(file.tensors["weight"], small_state()["weight"]));
  EXPECT_EQ(read_safetensors(folder / "m").metadata.at("format"), "pt");
}

TEST(ModelFile, EveryFlippedBitIsNoticed) {
  const TempDir folder;
  // Metadata with a key like the digest's own must not confuse it.
  write_model_file(folder / "m", {{"digest", std::string(32, '0')}}, small_state());
  const auto bytes = read_file(folder / "m");
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    auto damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    expect_error(ErrorKind::file, "m: ", [&] { parse_model_file(Bytes::own(damaged), "m"); });
  }
  EXPECT_NO_THROW(parse_model_file(Bytes::own(bytes), "m"));
}

TEST(ModelFile, EveryFlippedBitIsNoticedAlsoWhereTheKindIsFoundByContent) {
  const TempDir folder;
  write_model_file(folder / "m", {{"model", "x"}}, small_state());
  const auto bytes = read_file(folder / "m");
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    auto damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    expect_error(ErrorKind::file, "d: ", [&] { read_weights(Bytes::own(damaged), "d"); });
  }
}

TEST(ModelFile, DamageIsCalledDamageUnlessVerifyIsOff) {
  const TempDir folder;
  write_model_file(folder / "m", {{"model", "x"}}, small_state());
  auto bytes = read_file(folder / "m");
  bytes.back() ^= 1;
  expect_error(ErrorKind::file, "m: digest does not match, the file is damaged",
               [&] { parse_model_file(Bytes::own(bytes), "m"); });
  EXPECT_NO_THROW(parse_model_file(Bytes::own(bytes), "m", {.verify = false}));
}

TEST(ModelFile, NewerVersionsAndStrangeCardsAreRefused) {
  const std::string digest(32, '0');
  const auto refuse = [&](const std::string& message, const std::string& card) {
    expect_error(ErrorKind::file, message, [&] {
      parse_model_file(Bytes::own(with_metadata({{"reszoo", card}, {"digest", digest}})), "m");
    });
  };
  refuse("m: written by a newer reszoo, format_version 2, this one reads up to 1", "{\"format_version\":2}");
  refuse("format_version must be positive, got 0", "{\"format_version\":0}");
  refuse("JSON object with a format_version", "{}");
  refuse("JSON object with a format_version", "[1");
  refuse("JSON object with a format_version", std::string(100000, '['));
  refuse("JSON object with a format_version", "{\"format_version\":\"1\"}");
  refuse("digest does not match", "{\"format_version\":1}");
  expect_error(ErrorKind::file, "has no \"reszoo\"", [] { parse_model_file(Bytes::own(with_metadata({})), "m"); });
  expect_error(ErrorKind::file, "has no \"digest\"", [] {
    parse_model_file(Bytes::own(with_metadata({{"reszoo", "{\"format_version\":1}"}})), "m");
  });
}

TEST(ModelFile, CardsThatAreNoObjectOrNoTextAreRefusedOnWriting) {
  const TempDir folder;
  expect_error(ErrorKind::usage, "must be a JSON object, got array",
               [&] { write_model_file(folder / "m", nlohmann::json::array(), small_state()); });
  expect_error(ErrorKind::input, "must be UTF-8", [&] {
    write_model_file(folder / "m", {{"model", "\xff"}}, small_state());
  });
  EXPECT_FALSE(std::filesystem::exists(folder / "m"));
}

TEST(ModelFile, MayHoldACardAlone) {
  const TempDir folder;
  write_model_file(folder / "card.safetensors", {{"kind", "nothing"}}, StateDict("key"));
  EXPECT_EQ(read_model_file(folder / "card.safetensors").card.at("kind"), "nothing");
}
